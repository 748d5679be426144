import { StringDecoder } from 'node:string_decoder';
import type { Readable } from 'node:stream';

/** A line is given out in pieces of so many characters: what one event of CloudWatch Logs takes, and what keeps one endless line from filling the memory. */
export const longestLine = 262_144;

/**
 * Reads a container's log line by line, the last one even without its line end. A lone carriage return ends a line as well: progress bars
 * write those. What is no UTF-8 becomes U+FFFD.
 *
 * @returns settles once the stream has ended, failed or was destroyed
 */
export function logLines(stream: Readable, onLine: (line: string) => void): Promise<void> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  const read = (text: string) => {
    // A carriage return at the very end may be the first half of a line end.
    const lines = (rest + text).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? '';
    for (const line of lines) give(line);
    while (rest.length > longestLine) {
      onLine(rest.slice(0, longestLine));
      rest = rest.slice(longestLine);
    }
  };
  const give = (line: string) => {
    for (let at = 0; at === 0 || at < line.length; at += longestLine) onLine(line.slice(at, at + longestLine));
  };
  stream.on('data', (chunk: Buffer) => read(decoder.write(chunk)));
  return new Promise((resolve) => {
    // A stream that is destroyed tells only that it is closed.
    stream.once('error', () => {});
    stream.once('close', () => {
      read(decoder.end());
      if (rest !== '') give(rest.replace(/\r$/, ''));
      rest = '';
      resolve();
    });
  });
}
