import { fileURLToPath } from 'node:url';
import { digits } from './digits-sklearn.ts';
import type { Example } from './example.ts';
import { tumours } from './tumour-classifier.ts';

export const exampleNames = ['tumour-classifier', 'digits-sklearn'] as const;

/** The examples that can play in the story, by the name of their folder. */
export const examples: Readonly<Record<(typeof exampleNames)[number], Example>> = { 'tumour-classifier': tumours, 'digits-sklearn': digits };

/** The folder of an example: `image/`, `changes/`, `alarms/`, `data/` and `delivery.yaml` are in it. */
export const folderOf = (name: string): string => fileURLToPath(new URL(`../../../examples/${name}/`, import.meta.url));
