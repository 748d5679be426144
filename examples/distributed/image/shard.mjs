import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * This host's share of the rows of some channels' folders: all hosts have all files (`FullyReplicated`), and each takes every so many-th row.
 *
 * @returns {{ rows: number[][], labels: number[] }} the label is the last column
 */
export function readShard(folders, { rank, size }) {
  const files = folders.flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name.endsWith('.csv'))
      .sort()
      .map((name) => join(folder, name)),
  );
  if (files.length === 0) throw new Error(`No .csv file in ${folders.join(', ')}`);
  const all = files.flatMap((file) => readFileSync(file, 'utf8').trim().split(/\r?\n/).slice(1));
  const own = all.filter((_, index) => index % size === rank).map((line) => line.split(',').map(Number));
  return { rows: own.map((row) => row.slice(0, -1)), labels: own.map((row) => row.at(-1)) };
}
