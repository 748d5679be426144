import { createHash } from 'node:crypto';
import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** One event of a log stream; times are epoch milliseconds of the emulator. */
export interface LogEvent {
  readonly timestamp: number;
  readonly ingestionTime: number;
  readonly message: string;
}

/** Names longer than a file may be called are told apart by a digest. */
function fileNameOf(name: string): string {
  const encoded = encodeURIComponent(name);
  return encoded.length <= 200 ? encoded : `${encoded.slice(0, 160)}-${createHash('sha256').update(name).digest('hex').slice(0, 32)}`;
}

/**
 * Log streams as files: `<folder>/<group>/<stream>.jsonl`, an event a line, in the order they came.
 * Reads and writes at once and in place: under a virtual clock nothing may wait for the disk.
 */
export class LogStore {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  createGroup(group: string): void {
    mkdirSync(this.#groupFolder(group), { recursive: true });
  }

  deleteGroup(group: string): void {
    rmSync(this.#groupFolder(group), { recursive: true, force: true });
  }

  createStream(group: string, stream: string): void {
    writeFileSync(this.#file(group, stream), '');
  }

  append(group: string, stream: string, events: readonly LogEvent[]): void {
    appendFileSync(this.#file(group, stream), events.map((event) => `${JSON.stringify(event)}\n`).join(''));
  }

  /** The events of a stream by time; those of one time in the order they came. */
  read(group: string, stream: string): LogEvent[] {
    const lines = readFileSync(this.#file(group, stream), 'utf8').split('\n');
    const events = lines.filter((line) => line !== '').map((line) => JSON.parse(line) as LogEvent); // Written by `append`, nobody else.
    return events.sort((a, b) => a.timestamp - b.timestamp);
  }

  #groupFolder(group: string): string {
    return path.join(this.#folder, fileNameOf(group));
  }

  #file(group: string, stream: string): string {
    return path.join(this.#groupFolder(group), `${fileNameOf(stream)}.jsonl`);
  }
}
