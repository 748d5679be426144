import type { MessageSystemAttributeValue } from '@aws-sdk/client-sqs';
import type { Kernel } from '../kernel.ts';
import type { Attributes } from './message-attributes.ts';

/** How a queue was set up, numbers in seconds and bytes. */
export interface QueueSettings {
  visibilityTimeoutSeconds: number;
  maximumMessageBytes: number;
  retentionSeconds: number;
  delaySeconds: number;
  receiveWaitSeconds: number;
  /** Where a message goes that was received too often; unset without a redrive policy. */
  redrive: { readonly deadLetterArn: string; readonly maxReceiveCount: number } | undefined;
  /** Attributes that are kept as text: `Policy`, `RedrivePolicy`, encryption. */
  readonly texts: Map<string, string>;
}

export interface Message {
  readonly id: string;
  readonly body: string;
  readonly attributes: Attributes;
  readonly systemAttributes: Readonly<Record<string, MessageSystemAttributeValue>>;
  readonly senderId: string;
  readonly sentAtMs: number;
  /** From when on it can be received, epoch milliseconds. */
  visibleAtMs: number;
  receiveCount: number;
  firstReceivedAtMs: number | undefined;
  /** The handle of the latest receive; unset until the first. */
  receiptHandle: string | undefined;
  /** The queue a redrive brought it from. */
  deadLetterSourceArn: string | undefined;
}

/** A standard queue: messages in the order they came, each hidden for a while by whoever receives it. */
export class Queue {
  readonly name: string;
  readonly arn: string;
  readonly settings: QueueSettings;
  readonly createdAtMs: number;
  modifiedAtMs: number;
  /** Epoch milliseconds of the last purge; unset until the first. */
  purgedAtMs: number | undefined;
  readonly #kernel: Kernel;
  #messages: Message[] = [];
  readonly #waiting = new Set<() => void>();

  constructor(kernel: Kernel, name: string, arn: string, settings: QueueSettings) {
    this.#kernel = kernel;
    this.name = name;
    this.arn = arn;
    this.settings = settings;
    this.createdAtMs = kernel.clock.now();
    this.modifiedAtMs = this.createdAtMs;
  }

  /** What the queue holds, without what is past its retention. */
  messages(): readonly Message[] {
    const oldestMs = this.#kernel.clock.now() - this.settings.retentionSeconds * 1000;
    if (this.#messages.some(({ sentAtMs }) => sentAtMs <= oldestMs)) {
      this.#messages = this.#messages.filter(({ sentAtMs }) => sentAtMs > oldestMs);
    }
    return this.#messages;
  }

  add(message: Message): void {
    this.#messages.push(message);
    this.#wake();
  }

  remove(message: Message): void {
    const index = this.#messages.indexOf(message);
    if (index >= 0) this.#messages.splice(index, 1);
  }

  /** Hides a message, or shows it again, until `seconds` from now. */
  hide(message: Message, seconds: number): void {
    message.visibleAtMs = this.#kernel.clock.now() + seconds * 1000;
    this.#wake();
  }

  purge(): void {
    this.#messages = [];
    this.purgedAtMs = this.#kernel.clock.now();
  }

  /** Lets go everybody who waits, as the queue goes. */
  close(): void {
    this.#messages = [];
    this.#wake();
  }

  counts(): { visible: number; hidden: number; delayed: number } {
    const nowMs = this.#kernel.clock.now();
    const messages = this.messages();
    const later = messages.filter(({ visibleAtMs }) => visibleAtMs > nowMs);
    const delayed = later.filter(({ receiveCount }) => receiveCount === 0).length;
    return { visible: messages.length - later.length, hidden: later.length - delayed, delayed };
  }

  /** Resolves when a message may have become visible, at the latest at `untilMs`. */
  async change(untilMs: number): Promise<void> {
    const { clock } = this.#kernel;
    const nextMs = this.messages().reduce((least, { visibleAtMs }) => (visibleAtMs > clock.now() ? Math.min(least, visibleAtMs) : least), untilMs);
    await new Promise<void>((resolve) => {
      const timer = clock.after(nextMs - clock.now(), `sqs ${this.name} receive`, () => done());
      const done = () => {
        timer.cancel();
        this.#waiting.delete(done);
        resolve();
      };
      this.#waiting.add(done);
    });
  }

  #wake(): void {
    for (const done of this.#waiting) done();
  }
}
