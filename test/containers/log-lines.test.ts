import { PassThrough } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { logLines, longestLine } from '../../src/containers/log-lines.ts';

/** What is given out of these chunks. */
async function linesOf(...chunks: (string | Buffer)[]): Promise<string[]> {
  const stream = new PassThrough();
  const lines: string[] = [];
  const read = logLines(stream, (line) => lines.push(line));
  for (const chunk of chunks) stream.write(chunk);
  stream.end();
  await read;
  return lines;
}

describe('logLines()', () => {
  it.each([
    ['lines, and the last one without its line end', ['a\nb'], ['a', 'b']],
    ['empty lines as lines', ['a\n\nb\n'], ['a', '', 'b']],
    ['Windows line ends, wherever a chunk ends', ['a\r', '\nb\r\n'], ['a', 'b']],
    ['a progress bar’s lone carriage returns as line ends', ['10 %\r20 %\r', '30 %\n'], ['10 %', '20 %', '30 %']],
    ['a lone carriage return at the very end', ['a\r'], ['a']],
    ['nothing of nothing', [], []],
  ])('gives out %s', async (_, chunks, lines) => expect(await linesOf(...chunks)).toEqual(lines));

  it('puts a character together that two chunks share, and marks what is no UTF-8', async () => {
    const bytes = Buffer.from('é\n');
    expect(await linesOf(bytes.subarray(0, 1), bytes.subarray(1), Buffer.from([0xff, 0x0a]))).toEqual(['é', '\uFFFD']);
  });

  it('gives out an endless line in pieces, none lost', async () => {
    const chunk = 'x'.repeat(100_000);
    const lines = await linesOf(...Array.from({ length: 10 }, () => chunk), '\nnext\n');
    expect(lines.pop()).toBe('next');
    expect(Math.max(...lines.map(({ length }) => length))).toBe(longestLine);
    expect(lines.join('')).toBe('x'.repeat(1_000_000));
  });

  it('ends where the stream is destroyed', async () => {
    const stream = new PassThrough();
    const lines: string[] = [];
    const read = logLines(stream, (line) => lines.push(line));
    stream.write('so far');
    await setImmediate();
    stream.destroy();
    await read;
    expect(lines).toEqual(['so far']);
  });
});
