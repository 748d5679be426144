import { networkInterfaces } from 'node:os';
import { setTimeout as wallSleep } from 'node:timers/promises';
import type { Exchange, ServingLimits, ServingSeen } from '../checks/serving/seen.ts';
import { type Ask, ask, tryConnection } from './http.ts';

/** A request the model is known to answer, as a caller would send it. */
export interface SampleRequest {
  readonly contentType: string;
  readonly body: Uint8Array;
}

/** A megabyte, what AWS's API model says is the most, and what its documents say is. */
const bodySizes = [1_000_000, 6_291_456, 25_000_000];
const idlePings = 3;
const atOnce = 4;
const connections = 32;
/** What is slow is tried so often: a slow image is slow each time, a busy machine is not. */
const rounds = 3;

type Answers = Pick<
  ServingSeen,
  | 'answersOutside'
  | 'first'
  | 'sample'
  | 'withParameters'
  | 'withoutType'
  | 'unknownType'
  | 'executionParameters'
  | 'bodies'
  | 'busyPings'
  | 'connectsMs'
>;

/** What it takes until an end that cut an answer off is known. */
const endIsKnownMs = 100;

/**
 * What a server that answers pings says to everything else; one request after another, but where several at once are the question. What
 * was not answered because the server had ended is left out.
 */
export async function questions(server: {
  readonly url: string;
  readonly limits: ServingLimits;
  readonly request: SampleRequest;
  /** It runs on this machine itself, so that its other addresses can be tried. */
  readonly isLocal: boolean;
  readonly hasEnded: () => boolean;
}): Promise<{ readonly pings: readonly Exchange[]; readonly seen: Answers }> {
  const { url, limits, request, hasEnded } = server;
  const port = Number(new URL(url).port);

  /** An answer, unless the server's end was the reason for it. */
  async function asked(question: Ask): Promise<Exchange | undefined> {
    if (hasEnded()) return undefined;
    const exchange = await ask(url, question);
    if (exchange.error !== undefined) await wallSleep(endIsKnownMs);
    return hasEnded() ? undefined : exchange;
  }
  const get = (path: string, withinMs: number) => asked({ method: 'GET', path, withinMs });
  const ping = () => get('/ping', 3 * limits.pingMs);
  const invoke = (change: Partial<Ask> = {}) =>
    asked({
      method: 'POST',
      path: '/invocations',
      headers: { 'Content-Type': request.contentType },
      body: request.body,
      withinMs: limits.invocationMs,
      ...change,
    });
  const typed = (contentType: string) => invoke({ headers: { 'Content-Type': contentType } });

  const first = await invoke();
  const pings: (Exchange | undefined)[] = [];
  for (let count = 0; count < idlePings; count++) pings.push(await ping());
  const outside = server.isLocal && !hasEnded() ? await reachedOutside(port) : undefined;
  // A server that was not ready when it said so becomes ready.
  let sample = first;
  for (const giveUpAt = performance.now() + limits.settleMs; sample && isServerError(sample) && performance.now() < giveUpAt; ) {
    await wallSleep(100);
    sample = await invoke();
  }
  const withParameters = await typed(`${request.contentType}; charset=utf-8`);
  const withoutType = await invoke({ headers: {} });
  const unknownType = await typed('application/x-nobody-knows');
  const executionParameters = await get('/execution-parameters', limits.invocationMs);

  const bodies = [];
  for (const bytes of bodySizes) {
    const exchange = await invoke({ body: repeated(request.body, bytes) });
    if (exchange) bodies.push({ bytes, exchange });
    // The larger ones would only say the same again.
    if (exchange?.status === 413 || exchange?.error !== undefined) break;
  }

  const busyPings: Exchange[] = [];
  for (let round = 0; round < rounds && !hasEnded(); round++) {
    const invocations = Promise.all(Array.from({ length: atOnce }, () => invoke()));
    await wallSleep(20);
    const busyPing = await ping();
    await invocations;
    if (busyPing) busyPings.push(busyPing);
    if (busyPing && busyPing.ms <= limits.pingMs && busyPing.status !== 0) break;
  }
  const connectsMs = hasEnded() ? [] : await connectsAtOnce(port, limits);
  return {
    pings: pings.filter((answer) => answer !== undefined),
    seen: {
      ...(outside === undefined ? {} : { answersOutside: outside }),
      ...(first && { first }),
      ...(sample && { sample }),
      ...(withParameters && { withParameters }),
      ...(withoutType && { withoutType }),
      ...(unknownType && { unknownType }),
      ...(executionParameters && { executionParameters }),
      bodies,
      busyPings,
      connectsMs,
    },
  };
}

const isServerError = ({ status }: Exchange): boolean => status >= 500 || status === 0;

/** A body of `bytes` made of the sample over and over, cut at the end. */
const repeated = (sample: Uint8Array, bytes: number): Uint8Array => Buffer.alloc(bytes, sample.length > 0 ? sample : '0');

/** Whether a port answers on another address of this machine than 127.0.0.1; undefined where that cannot be told. */
async function reachedOutside(port: number): Promise<boolean | undefined> {
  const address = otherAddress();
  if (address === undefined) return undefined;
  const { outcome } = await tryConnection(address, port, 1_000);
  return outcome === 'silence' ? undefined : outcome === 'accepted';
}

/** How long connections take that are made all at once, in the best of several rounds. */
async function connectsAtOnce(port: number, limits: ServingLimits): Promise<readonly number[]> {
  let best: readonly number[] = [];
  for (let round = 0; round < rounds; round++) {
    const burst = await Promise.all(Array.from({ length: connections }, () => tryConnection('127.0.0.1', port, 10 * limits.acceptMs)));
    const measured = burst.map(({ ms }) => ms);
    if (best.length === 0 || Math.max(...measured) < Math.max(...best)) best = measured;
    if (Math.max(...best) <= limits.acceptMs) break;
  }
  return best;
}

/** An address of this machine that is not 127.0.0.1: all of 127 is the machine's own on Linux; elsewhere one of its networks. */
function otherAddress(): string | undefined {
  if (process.platform === 'linux') return '127.0.0.2';
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  return addresses.find(({ family, internal }) => family === 'IPv4' && !internal)?.address;
}
