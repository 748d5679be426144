import { writeFileSync } from 'node:fs';
import type { Reporter, SerializedError, TestModule } from 'vitest/node';

/** What a test run came to; vitest's own JSON report leaves out why a test was skipped. */
export interface TestReport {
  readonly passed: number;
  /** Tests that failed, files that could not be read, and errors nobody caught. */
  readonly failed: number;
  readonly skipped: readonly { readonly test: string /** As given to \`context.skip(reason)\`. */; readonly reason?: string }[];
}

/** The file the report goes to is named in this variable. */
export const reportFileVariable = 'TEST_REPORT_FILE';

export default class TestReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    let passed = 0;
    let failed = unhandledErrors.length;
    const skipped: { test: string; reason?: string }[] = [];
    for (const module of modules) {
      failed += module.errors().length;
      for (const suite of module.children.allSuites()) failed += suite.errors().length;
      for (const test of module.children.allTests()) {
        const result = test.result();
        if (result.state === 'passed') passed++;
        else if (result.state === 'skipped') {
          skipped.push({ test: `${module.relativeModuleId}: ${test.fullName}`, ...(result.note !== undefined && { reason: result.note }) });
        } else failed++;
      }
    }
    const report: TestReport = { passed, failed, skipped };
    const file = process.env[reportFileVariable];
    if (file !== undefined) writeFileSync(file, JSON.stringify(report));
  }
}
