import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * This host's share of a channel's rows: all hosts have all files (`FullyReplicated`), and each takes every so many-th row.
 *
 * @returns {{ rows: number[][], labels: number[] }} the label is the last column
 */
export function readShard(folder, { rank, size }) {
  const files = readdirSync(folder).filter((name) => name.endsWith('.csv'));
  if (files.length === 0) throw new Error(`Channel folder ${folder} holds no .csv file`);
  const all = files.sort().flatMap((file) => readFileSync(join(folder, file), 'utf8').trim().split(/\r?\n/).slice(1));
  const own = all.filter((_, index) => index % size === rank).map((line) => line.split(',').map(Number));
  return { rows: own.map((row) => row.slice(0, -1)), labels: own.map((row) => row.at(-1)) };
}
