import { AwsError } from '../aws-error.ts';
import type { Kernel } from '../kernel.ts';
import type { Json } from './json.ts';
import type { StateError } from './state-error.ts';

/** A task that waits for its token to come back. */
export interface OpenToken {
  readonly token: string;
  readonly executionArn: string;
  readonly stateName: string;
  readonly openedAtMs: number;
}

interface Waiting extends OpenToken {
  readonly succeed: (output: Json) => void;
  readonly fail: (error: StateError) => void;
  readonly heartbeat: () => void;
}

/** What a token of ours looks like: AWS's begin alike. */
const tokenForm = /^AQC8[A-Za-z0-9+/=]+$/;

/** Every token handed out, and who waits for which. */
export class TaskTokens {
  readonly #waiting = new Map<string, Waiting>();
  readonly #closed = new Set<string>();
  readonly #kernel: Kernel;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  get open(): readonly OpenToken[] {
    return [...this.#waiting.values()].map(({ token, executionArn, stateName, openedAtMs }) => ({ token, executionArn, stateName, openedAtMs }));
  }

  draw(): string {
    return `AQC8${Buffer.from(this.#kernel.random.hex('states/task-token', 72), 'hex').toString('base64')}`;
  }

  wait(waiting: Omit<Waiting, 'openedAtMs'>): void {
    this.#waiting.set(waiting.token, { ...waiting, openedAtMs: this.#kernel.clock.now() });
  }

  /** The task no longer waits: it succeeded, failed, timed out, or its execution ended. */
  close(token: string): void {
    if (this.#waiting.delete(token)) this.#closed.add(token);
  }

  /**
   * @throws AwsError `InvalidToken` for what is no token, `TaskTimedOut` where nobody waits for it any more,
   * `TaskDoesNotExist` where nobody ever did
   */
  waitingFor(token: string): Waiting {
    const waiting = this.#waiting.get(token);
    if (waiting) return waiting;
    if (!tokenForm.test(token)) throw new AwsError('InvalidToken', "Invalid Token: 'Invalid token'");
    if (this.#closed.has(token)) throw new AwsError('TaskTimedOut', "Task Timed Out: 'Provided task does not exist anymore'");
    throw new AwsError('TaskDoesNotExist', "Task Does Not Exist: 'Provided task does not exist'");
  }
}
