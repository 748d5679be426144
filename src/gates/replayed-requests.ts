import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import type { InvokeRequest } from '../ports/invocations.ts';
import type { StoredObjects } from '../ports/stored-objects.ts';
import { HeaderText } from '../rollout/names.ts';
import { jsonOf } from './json-schema.ts';

/** A request that is replayed: in a delivery, or a line of JSON Lines. */
export const ReplayedRequest = z.strictObject({ contentType: HeaderText, accept: z.optional(HeaderText), body: z.string().check(z.minLength(1)) });

/** A line of what SageMaker's data capture writes, as far as it is read. */
const Capture = z.object({
  captureData: z.object({
    endpointInput: z.object({
      observedContentType: z._default(HeaderText, 'application/octet-stream'),
      data: z.string(),
      encoding: z.enum(['CSV', 'JSON', 'BASE64']),
    }),
  }),
});

/** How much of an object is read, bytes: what was captured in several files must fit into memory as well. */
const mostBytes = 8_388_608;
const mostCaptureBytes = 2_097_152;
/** How many objects below a prefix are listed, and how many of those are read. */
const mostListed = 10_000;
const mostCaptureFiles = 20;

export interface Requests {
  readonly requests: readonly InvokeRequest[];
  /** Lines that hold no request: broken, cut off, or an answer alone. */
  readonly skippedLines: number;
}

function parsed(text: string, read: (json: unknown) => InvokeRequest | undefined): Requests {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const requests = lines.flatMap((line) => read(jsonOf(line)) ?? []);
  return { requests, skippedLines: lines.length - requests.length };
}

/** Requests of an object in JSON Lines. */
export const requestsIn = (text: string): Requests =>
  parsed(text, (json) => {
    const { data } = z.safeParse(ReplayedRequest, json);
    return data && { contentType: data.contentType, body: data.body, ...(data.accept !== undefined && { accept: data.accept }) };
  });

/** Requests of a file of SageMaker's data capture. */
export const capturedIn = (text: string): Requests =>
  parsed(text, (json) => {
    const input = z.safeParse(Capture, json).data?.captureData.endpointInput;
    if (!input || input.data === '') return undefined;
    const body = input.encoding === 'BASE64' ? bytesOf(input.data) : input.data;
    return body === undefined ? undefined : { contentType: input.observedContentType, body };
  });

function bytesOf(base64: string): Uint8Array | undefined {
  try {
    return Uint8Array.from(atob(base64), (character) => character.codePointAt(0) ?? 0);
  } catch {
    return undefined;
  }
}

const digest = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex');

/** Of a body: enough to find the request again, and nothing of what it says. */
export const hashOf = (body: string | Uint8Array): string => digest(body).slice(0, 16);

/** At most `most` of these, each as likely as the others and the same ones for a seed, in their order. */
export function chosen<Item>(items: readonly Item[], most: number, seed: string): readonly Item[] {
  if (items.length <= most) return items;
  const ranked = items.map((_, index) => ({ index, rank: digest(`${seed}/${index}`) })).toSorted((a, b) => (a.rank < b.rank ? -1 : 1));
  const taken = new Set(ranked.slice(0, most).map(({ index }) => index));
  return items.filter((_, index) => taken.has(index));
}

/** Reads the requests to replay from where a delivery says they are. */
export async function requestsFrom(
  source: { readonly requestsFrom?: string | undefined; readonly captureFrom?: string | undefined },
  seed: string,
  storedObjects: StoredObjects,
): Promise<Requests> {
  if (source.requestsFrom !== undefined) return requestsIn(await storedObjects.read(source.requestsFrom, mostBytes));
  const files = chosen(await storedObjects.list(source.captureFrom ?? '', mostListed), mostCaptureFiles, `${seed}/files`);
  const requests: InvokeRequest[] = [];
  let skippedLines = 0;
  for (const file of files) {
    const found = capturedIn(await storedObjects.read(file, mostCaptureBytes));
    requests.push(...found.requests);
    skippedLines += found.skippedLines;
  }
  return { requests, skippedLines };
}
