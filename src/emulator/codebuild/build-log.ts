import { AwsError } from '../aws-error.ts';
import type { Kernel } from '../kernel.ts';
import { BuildFailed } from './phases.ts';
import type { BuildRole } from './role.ts';
import type { Build } from './state.ts';

/** A build's log: written as its role, a batch a phase. */
export interface BuildLog {
  /** Makes the stream, and its group where there is none. @throws BuildFailed where the role may not */
  open(): Promise<void>;
  line(text: string): void;
  /** A line of CodeBuild's own. */
  platform(text: string): void;
  /** Writes what has come together. What CloudWatch refuses is lost, as on AWS, and traced. */
  flush(): Promise<void>;
}

/** CloudWatch Logs takes a mebibyte a batch: so many lines of so many characters fit, whatever they say. */
const batchLines = 60;
const longestLine = 4_000;

const two = (number: number) => String(number).padStart(2, '0');

/** `2026/10/05 08:36:34`. */
function stamp(atMs: number): string {
  const at = new Date(atMs);
  const day = [at.getUTCFullYear(), two(at.getUTCMonth() + 1), two(at.getUTCDate())].join('/');
  return `${day} ${[at.getUTCHours(), at.getUTCMinutes(), at.getUTCSeconds()].map(two).join(':')}`;
}

const isCode = (error: unknown, code: string) => error instanceof AwsError && error.code === code;

export function buildLog(kernel: Kernel, build: Build, role: () => BuildRole): BuildLog {
  const { log } = build;
  let pending: { timestamp: number; message: string }[] = [];
  const target = { logGroupName: log?.groupName ?? '', logStreamName: log?.streamName ?? '' };
  const line = (message: string) => {
    if (log && message !== '') pending.push({ timestamp: kernel.clock.now(), message: message.slice(0, longestLine) });
  };

  /** Makes a group or stream; one that is there is no error: the answer to an earlier try may have been lost. */
  async function create(operation: string, input: object): Promise<void> {
    try {
      await role().call('logs', operation, input);
    } catch (error) {
      if (!isCode(error, 'ResourceAlreadyExistsException')) throw error;
    }
  }

  async function createStream(): Promise<void> {
    try {
      await create('CreateLogStream', target);
    } catch (error) {
      if (!isCode(error, 'ResourceNotFoundException')) throw error;
      await create('CreateLogGroup', { logGroupName: target.logGroupName });
      await create('CreateLogStream', target);
    }
  }

  return {
    async open() {
      if (!log) return;
      try {
        await createStream();
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
        throw new BuildFailed(
          'ACCESS_DENIED',
          `Service role ${build.serviceRole} does not allow AWS CodeBuild to create Amazon CloudWatch Logs log streams for build ${build.arn}. Error message: ${error.message}`,
        );
      }
    },
    line,
    platform: (text) => line(`[Container] ${stamp(kernel.clock.now())} ${text}`),
    async flush() {
      const lines = pending;
      pending = [];
      for (let first = 0; first < lines.length; first += batchLines) {
        const logEvents = lines.slice(first, first + batchLines);
        try {
          await role().call('logs', 'PutLogEvents', { ...target, logEvents });
        } catch (error) {
          if (!(error instanceof AwsError)) throw error;
          kernel.trace.write('log', { ...target, refusedLines: logEvents.length, why: error.message });
        }
      }
    },
  };
}
