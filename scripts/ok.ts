/** The gate: format, lint, types, unused code, docs, tests. Every part runs, so that one run tells everything. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { leaveWith, run } from './process.ts';
import { type TestReport, reportFileVariable } from './test-report.ts';

const checks: readonly { readonly name: string; readonly command: readonly [string, ...string[]] }[] = [
  { name: 'format', command: ['biome', 'format', '.'] },
  { name: 'lint', command: ['oxlint', '--type-aware', '--deny-warnings'] },
  { name: 'types', command: ['tsc', '--project', '.'] },
  { name: 'unused', command: ['knip'] },
  { name: 'docs', command: ['node', 'scripts/docs.ts'] },
];
const checkLimitSeconds = 180;
/** The continuous integration has 15 minutes for everything. */
const testLimitSeconds = 600;

async function test() {
  const folder = mkdtempSync(path.join(tmpdir(), 'ok-'));
  const file = path.join(folder, 'tests.json');
  try {
    const env = { [reportFileVariable]: file };
    const command = ['npm', 'test', '--', '--reporter=default', '--reporter=./scripts/test-report.ts'] as const;
    const tests = await run(command, { shows: true, limitSeconds: testLimitSeconds, env });
    return { tests, report: read(file) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function main(): Promise<number> {
  const lines: string[] = [];
  let passed = 0;
  let failed = 0;
  const tell = (name: string, outcome: string, seconds: number) => {
    const line = `${name.padEnd(8)} ${outcome} (${seconds.toFixed(1)} s)`;
    lines.push(line);
    console.log(line);
  };

  for (const { name, command } of checks) {
    const { code, output, seconds } = await run(command, { shows: false, limitSeconds: checkLimitSeconds });
    if (code === 0) passed++;
    else {
      failed++;
      console.log(output.trimEnd());
    }
    tell(name, code === 0 ? 'passed' : 'failed', seconds);
  }

  const { tests, report } = await test();
  if (report) {
    const unexplained = report.skipped.filter(({ reason }) => reason === undefined);
    // A run may fail for what no single test did: that too is one failure.
    const failures = report.failed + unexplained.length + (tests.code !== 0 && report.failed === 0 ? 1 : 0);
    passed += report.passed;
    failed += failures;
    tell(
      'tests',
      `${failures === 0 ? 'passed' : 'failed'}: ${report.passed} passed, ${report.failed} failed, ${report.skipped.length} skipped`,
      tests.seconds,
    );
    for (const { test, reason } of report.skipped) {
      lines.push(`         skipped: ${test}: ${reason ?? 'no reason given, which counts as failed: say context.skip(reason)'}`);
    }
  } else {
    failed++;
    tell('tests', `failed: the run ended with code ${tests.code} and left no report`, tests.seconds);
  }

  console.log(`\n${lines.join('\n')}\n${passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

function read(from: string): TestReport | undefined {
  try {
    return JSON.parse(readFileSync(from, 'utf8')) as TestReport; // Written by test-report.ts.
  } catch {
    return undefined;
  }
}

await leaveWith(main);
