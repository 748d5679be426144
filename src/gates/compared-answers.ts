import type { InvokeAnswer, InvokeRequest } from '../ports/invocations.ts';
import { agree, valueAt, valueOf } from './answer-path.ts';
import { jsonOf } from './json-schema.ts';
import { hashOf } from './replayed-requests.ts';

/** What is left of two answers to one request: nothing they say but whether it is the same. */
export interface Compared {
  /** Place among the requests that were replayed, 0 is the first. */
  readonly request: number;
  readonly hash: string;
  readonly canaryStatus: number;
  /** Unset in a first deployment. */
  readonly stableStatus?: number;
  /** Whether the two said the same; unset where not both answered, or stable says nothing at that place. */
  readonly agreed?: boolean;
  /** Stable's and the canary's; unset where not both have one. */
  readonly scores?: readonly [stable: number, canary: number];
  /** Whether the canary's answer is not as it must be where stable's is. */
  readonly breaks: boolean;
  /** The beginnings of the payloads; unset unless the spec wants them kept. */
  readonly payloads?: { readonly request: string; readonly stable?: string; readonly canary: string };
}

/** How much of a payload is kept where the spec wants payloads kept. */
const keptCharacters = 500;

interface Wanted {
  readonly path?: string | undefined;
  readonly scorePath?: string | undefined;
  readonly tolerance: number;
  /** Whether an answer must have a score where stable's has one. */
  readonly scored: boolean;
  readonly keepPayloads: boolean;
}

/** JSON writes numbers that no double holds, such as 1e999. */
const isScore = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

/** @param flawed whether an answer breaks the spec's schema; never, without one */
export function compared(
  { index, request }: { readonly index: number; readonly request: InvokeRequest },
  { stable, canary }: { readonly stable?: InvokeAnswer | undefined; readonly canary: InvokeAnswer },
  wanted: Wanted,
  flawed: (value: unknown) => boolean,
): Compared {
  const [before, now] = [stable?.status === 200 ? valueOf(stable.body) : undefined, canary.status === 200 ? valueOf(canary.body) : undefined];
  const expected = valueAt(before, wanted.path);
  const scorePath = wanted.scorePath ?? wanted.path;
  const scores = [valueAt(before, scorePath), valueAt(now, scorePath)] as const;
  // What has no score has none that could drift: left out of the drift, it has to count as something.
  const losesScore = wanted.scored && isScore(scores[0]) && !isScore(scores[1]);
  const losesJson = stable?.status === 200 && jsonOf(stable.body) !== undefined && jsonOf(canary.body) === undefined;
  return {
    request: index,
    hash: hashOf(request.body),
    canaryStatus: canary.status,
    ...(stable && { stableStatus: stable.status }),
    ...(now !== undefined && expected !== undefined && { agreed: agree(expected, valueAt(now, wanted.path), wanted.tolerance) }),
    ...(isScore(scores[0]) && isScore(scores[1]) && { scores: [scores[0], scores[1]] as const }),
    breaks: now !== undefined && (losesJson || losesScore || (flawed(now) && (before === undefined || !flawed(before)))),
    ...(wanted.keepPayloads && { payloads: kept(request, stable, canary) }),
  };
}

const kept = (request: InvokeRequest, stable: InvokeAnswer | undefined, canary: InvokeAnswer): NonNullable<Compared['payloads']> => ({
  request: typeof request.body === 'string' ? request.body.slice(0, keptCharacters) : `${request.body.length} bytes`,
  ...(stable && { stable: stable.body.slice(0, keptCharacters) }),
  canary: canary.body.slice(0, keptCharacters),
});
