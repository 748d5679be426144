import { createHmac } from 'node:crypto';
import { request as requestPlain } from 'node:http';
import { request as requestSecure } from 'node:https';
import { isIP } from 'node:net';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import type { Heard, Webhooks } from '../ports/judges.ts';
import { Refused } from '../rollout/errors.ts';
import { attempt } from './errors.ts';
import { inTime } from './in-time.ts';
import { AddressRefused, isPublicAddress, publicLookup } from './public-addresses.ts';

/** Below it each webhook has its secret, a SecureString. */
const secretsPath = '/sluice/webhooks/';

/** What a service says that does not answer 200 is shown up to here, characters. */
const shownCharacters = 200;

/**
 * The user's HTTPS services, each request signed.
 *
 * @param privateAddresses whether addresses of this machine and network may be asked; for runs on one machine alone
 */
export function signedWebhooks(privateAddresses: 'refused' | 'allowed', client: SSMClient = new SSMClient()): Webhooks {
  return {
    async ask(url, secret, body, { timeoutMs, mostBytes }) {
      const Name = `${secretsPath}${secret}`;
      // The secret's reading is part of the wait: an evaluation has no time beside it.
      return inTime(timeoutMs, async (signal) => {
        const { Parameter } = await attempt(`Cannot read secret "${Name}"`, () =>
          client.send(new GetParameterCommand({ Name, WithDecryption: true }), { abortSignal: signal }),
        );
        if (!Parameter?.Value) throw new Refused(`Cannot read secret "${Name}": it is empty`);
        const signature = createHmac('sha256', Parameter.Value).update(body).digest('hex');
        return post(new URL(url), { body, signature, mostBytes, privateAddresses, signal });
      });
    },
  };
}

interface Post {
  readonly body: string;
  readonly signature: string;
  readonly mostBytes: number;
  readonly privateAddresses: 'refused' | 'allowed';
  readonly signal: AbortSignal;
}

function post({ protocol, hostname, port, pathname, search }: URL, { body, signature, mostBytes, privateAddresses, signal }: Post): Promise<Heard> {
  const literal = hostname.replace(/^\[(.*)\]$/, '$1');
  const guarded = privateAddresses === 'refused';
  // An address needs no looking up, so none of the connection's own looks at it.
  if (guarded && (protocol === 'http:' || (isIP(literal) !== 0 && !isPublicAddress(literal))))
    return Promise.resolve({ kind: 'address-refused', text: `${protocol}//${hostname} is no public HTTPS address` });
  return new Promise((resolve) => {
    const send = protocol === 'http:' ? requestPlain : requestSecure;
    const request = send(
      {
        method: 'POST',
        hostname: literal,
        port,
        path: `${pathname}${search}`,
        headers: {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
          'x-sluice-signature': `sha256=${signature}`,
        },
        // A connection that was kept while the function slept may be dead by now, and nobody tries again.
        agent: false,
        ...(guarded && { lookup: publicLookup() }),
      },
      (answer) => {
        const chunks: Buffer[] = [];
        let bytes = 0;
        answer.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
          if (bytes <= mostBytes) chunks.push(chunk);
          else {
            resolve({ kind: 'too-large' });
            request.destroy();
          }
        });
        answer.on('error', (error: Error) => resolve({ kind: 'failed', text: error.message }));
        answer.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          // A redirect is followed nowhere: where it leads nobody has looked at, and the body is signed for this address.
          resolve(
            answer.statusCode === 200
              ? { kind: 'answered', text }
              : { kind: 'failed', text: `status ${answer.statusCode ?? 0}: ${text.slice(0, shownCharacters)}` },
          );
        });
      },
    );
    signal.addEventListener('abort', () => request.destroy());
    request.on('error', (error) =>
      resolve(error instanceof AddressRefused ? { kind: 'address-refused', text: error.message } : { kind: 'failed', text: error.message }),
    );
    request.end(body);
  });
}
