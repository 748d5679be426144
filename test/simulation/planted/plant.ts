import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Edit, Planted } from './controllers.ts';

/**
 * A source file with a planted fault.
 *
 * @throws Error where the text to replace is not there exactly once: the source moved on, and the plant has to follow
 */
export function plantedText(name: string, { file, find, replace }: Edit, source: string): string {
  const found = source.split(find).length - 1;
  if (found !== 1) {
    throw new Error(
      `Cannot plant "${name}": ${file} has the text to replace ${found} times, expected once; bring test/simulation/planted/controllers.ts up to date`,
    );
  }
  return source.replace(find, () => replace);
}

/** Plants a fault in a copy of the tree. */
export function plant(planted: Planted, tree: string): void {
  for (const edit of [planted, ...(planted.along ?? [])]) {
    const file = path.join(tree, edit.file);
    writeFileSync(file, plantedText(planted.name, edit, readFileSync(file, 'utf8')));
  }
}
