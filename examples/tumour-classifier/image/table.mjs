import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TrainingFailure } from './contract.mjs';

/**
 * Reads the CSV files of a channel, in the order of their names: a header, then rows of numbers.
 *
 * @returns {{ columns: string[], rows: number[][], labels: number[] }} the label column taken out of the rows
 */
export function readTable(folder, labelColumn) {
  const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.csv')) : [];
  if (files.length === 0) throw new TrainingFailure(`Channel folder ${folder} holds no .csv file: give the job a channel "train"`);
  let columns;
  const rows = [];
  const labels = [];
  for (const file of files.sort()) {
    const [header = '', ...lines] = readFileSync(join(folder, file), 'utf8').trim().split(/\r?\n/);
    const names = header.split(',');
    const labelAt = names.indexOf(labelColumn);
    if (labelAt < 0) throw new TrainingFailure(`${file}: the header has no column "${labelColumn}"`);
    columns ??= names.filter((name) => name !== labelColumn);
    for (const [index, line] of lines.entries()) {
      const values = line.split(',').map(Number);
      if (values.length !== names.length || values.some((value) => !Number.isFinite(value))) {
        throw new TrainingFailure(`${file}:${index + 2}: expected ${names.length} numbers`);
      }
      labels.push(...values.splice(labelAt, 1));
      rows.push(values);
    }
  }
  return { columns, rows, labels };
}
