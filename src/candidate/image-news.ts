import type { Ports } from '../ports/ports.ts';
import { keys } from '../rollout/keys.ts';
import type { Rollout } from '../rollout/rollout.ts';

/** What tells of an image that waits: its own digest, its index's, and pushes beside it. */
export const newsKeys = (imageUri: string, indexUri: string | undefined): readonly string[] => [
  ...[imageUri, indexUri].flatMap((uri) => uri?.split('@')[1] ?? []).map((digest) => keys.image(digest)),
  keys.pushes(/^[^/]+\/([^:@]+)/.exec(imageUri)?.[1] ?? ''),
];

/** Has the rollout told of what it waits for, and says once that it waits. @returns whether it began to listen just now */
export async function listen(
  rollout: Rollout,
  { imageUri, indexUri }: { readonly imageUri: string; readonly indexUri?: string },
  { text, news, nowMs }: { readonly text: string; readonly news: number; readonly nowMs: number },
  ports: Pick<Ports, 'rollouts'>,
): Promise<boolean> {
  const { candidate, watching } = rollout;
  const listened = newsKeys(imageUri, indexUri);
  const begins = !listened.every((key) => watching.includes(key));
  if (!begins && (candidate.imageNews ?? 0) === news) return false;
  await ports.rollouts.save(
    {
      ...rollout,
      candidate: { ...candidate, imageSeenAtMs: candidate.imageSeenAtMs ?? nowMs, imageNews: news },
      watching: [...new Set([...watching, ...listened])],
    },
    begins ? [{ kind: 'image-checked', text }] : [],
    nowMs,
  );
  await ports.rollouts.watch(rollout.id, listened);
  return begins;
}
