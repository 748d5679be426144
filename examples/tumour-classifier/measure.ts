import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Engine, processEngine } from '../../src/containers/run.ts';
import { type Figures, measureImage, printFigures } from '../measuring.ts';
import { dataFolder, imageFolder, type Version, versions } from './versions.ts';

/** Held-out rows as a request has them, and what each really is. */
export function heldOutRows(): { readonly row: string; readonly benign: boolean }[] {
  const [, ...lines] = readFileSync(join(dataFolder, 'held-out.csv'), 'utf8').trim().split('\n');
  return lines.map((line) => ({ row: line.slice(0, line.lastIndexOf(',')), benign: line.endsWith(',1') }));
}

/** Packs a version, trains it on the training channel, serves it, and asks it about every held-out row, one a request. */
export async function measure(version: Version, engine: Engine): Promise<Figures & { readonly version: Version }> {
  const heldOut = heldOutRows().map(({ row, benign }) => ({ row, isRight: (answer: string) => Number(answer) >= 0.5 === benign }));
  const folders = [imageFolder, ...versions[version]] as const;
  return { version, ...(await measureImage({ version, folders, trainFile: join(dataFolder, 'train.csv'), heldOut }, engine)) };
}

if (import.meta.main) {
  const engine = processEngine();
  try {
    await printFigures(Object.keys(versions) as Version[], (version) => measure(version, engine));
  } finally {
    await engine.close();
  }
}
