import { fileURLToPath } from 'node:url';

const folder = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

export const imageFolder = folder('image');
export const dataFolder = folder('data');

/** The image's versions: each a list of changes laid over `image/` in turn. No file of them knows which version it is in. */
export const versions = {
  v1: [],
  v2: [folder('changes/standardise-features')],
  v3: [folder('changes/standardise-features'), folder('changes/strict-numbers')],
  v4: [folder('changes/standardise-features'), folder('changes/swap-labels')],
  v5: [folder('changes/standardise-features'), folder('changes/log-runtime')],
} as const satisfies Record<string, readonly string[]>;

export type Version = keyof typeof versions;
