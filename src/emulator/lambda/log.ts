import { arnOf, type Kernel } from '../kernel.ts';
import { metricsIn } from './emf.ts';
import type { FunctionVersion } from './function.ts';

/** One event of a log stream; the time is emulator time. */
export interface LogLine {
  readonly timestampMs: number;
  readonly message: string;
}

/** Takes lines for a log group, as the logs service keeps them. */
export type AppendLog = (logGroup: string, logStream: string, lines: readonly LogLine[]) => void;

/** The log of one invocation. */
export interface InvocationLog {
  /** Text as written; kept until a line is whole. */
  write(text: string): void;
  /** A line of Lambda's own: START, END, REPORT. */
  platform(line: string): void;
  /** Writes what is left of an unfinished line. */
  flush(): void;
  /** The last 4 KB, as `LogType: Tail` shows them. */
  tail(): string;
}

/**
 * @param mayWrite whether the function's role lets it write its log; without, lines are lost, as on AWS
 */
export function invocationLog(kernel: Kernel, appendLog: AppendLog, version: FunctionVersion, logStream: string, mayWrite: boolean): InvocationLog {
  const { logGroup } = version.settings;
  const lines: string[] = [];
  let partial = '';
  function add(line: string): void {
    lines.push(line);
    if (!mayWrite) return;
    kernel.trace.write('log', { logGroup, logStream, line });
    appendLog(logGroup, logStream, [{ timestampMs: kernel.clock.now(), message: line }]);
  }
  function metrics(line: string): void {
    // CloudWatch reads metrics out of the log group: what isn't logged isn't measured.
    if (!mayWrite) return;
    kernel.background(`embedded metrics of ${version.functionName}`, async () => {
      const caller = {
        kind: 'service',
        arn: 'lambda.amazonaws.com',
        service: 'lambda.amazonaws.com',
        sourceArn: arnOf(kernel, 'logs', `log-group:${logGroup}`),
      } as const;
      try {
        for (const input of metricsIn(line)) await kernel.cloud.call('cloudwatch', 'PutMetricData', input, caller);
      } catch (error) {
        // CloudWatch keeps the line as text and counts it; the function is never told.
        kernel.trace.write('log', { logGroup, logStream, refusedMetrics: String(error) });
      }
    });
  }
  function whole(line: string): void {
    if (line === '') return;
    add(line);
    if (line.startsWith('{"_aws"') || (line.startsWith('{') && line.includes('"_aws"'))) metrics(line);
  }
  return {
    write(text) {
      const parts = (partial + text).split('\n');
      partial = parts.pop() ?? '';
      for (const part of parts) whole(part);
    },
    platform: add,
    flush() {
      whole(partial);
      partial = '';
    },
    tail: () =>
      Buffer.from(`${lines.join('\n')}\n`)
        .subarray(-4096)
        .toString('base64'),
  };
}
