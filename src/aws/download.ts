import { request as requestPlain } from 'node:http';
import { request as requestSecure } from 'node:https';
import { Unavailable } from '../rollout/errors.ts';

/** Longest answer that is read, bytes: an image's configuration is some kilobytes. */
const longestBytes = 8_388_608;

/**
 * Reads what an address that AWS signed for us leads to.
 *
 * @throws Unavailable
 */
export function download(url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const { protocol, host, hostname, port, pathname, search } = new URL(url);
    const fail = (why: string, cause?: unknown) => reject(new Unavailable(`Cannot read from "${host}": ${why}`, { cause }));
    const send = protocol === 'http:' ? requestPlain : requestSecure;
    const request = send({ method: 'GET', hostname, port, path: `${pathname}${search}`, timeout: 10_000 }, (answer) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      answer.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > longestBytes) request.destroy(new Error(`more than ${longestBytes} bytes`));
        else chunks.push(chunk);
      });
      answer.on('error', (error: Error) => fail(error.message, error));
      answer.on('end', () => {
        if (answer.statusCode === 200) resolve(Buffer.concat(chunks).toString('utf8'));
        else fail(`status ${answer.statusCode ?? 0}`);
      });
    });
    request.on('timeout', () => request.destroy(new Error('no answer within 10 s')));
    request.on('error', (error) => fail(error.message, error));
    request.end();
  });
}
