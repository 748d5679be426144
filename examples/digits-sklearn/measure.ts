import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Engine, processEngine } from '../../src/containers/run.ts';
import { enterEnvironment, type Figures, measureImage, printFigures } from '../measuring.ts';
import { dataFolder, imageFolder, type Version, versions } from './versions.ts';

/** Held-out images as a request has them, and the digit each really shows. */
export function heldOutRows(): { readonly row: string; readonly digit: string }[] {
  const lines = readFileSync(join(dataFolder, 'held-out.csv'), 'utf8').trim().split('\n');
  return lines.map((line) => ({ row: line.slice(0, line.lastIndexOf(',')), digit: line.slice(line.lastIndexOf(',') + 1) }));
}

/** Packs a version, trains it on the training channel, serves it, and asks it about every held-out image, one a request. */
export async function measure(version: Version, engine: Engine): Promise<Figures & { readonly version: Version }> {
  const heldOut = heldOutRows().map(({ row, digit }) => ({ row, isRight: (answer: string) => answer.trim() === digit }));
  const folders = [imageFolder, ...versions[version]] as const;
  return { version, ...(await measureImage({ version, folders, trainFile: join(dataFolder, 'train.csv'), heldOut }, engine)) };
}

if (import.meta.main) {
  enterEnvironment(fileURLToPath(new URL('.', import.meta.url)));
  const engine = processEngine();
  try {
    await printFigures(Object.keys(versions) as Version[], (version) => measure(version, engine));
  } finally {
    await engine.close();
  }
}
