import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** SageMaker's tree is at /opt/ml; another folder where several containers share one file system. */
const base = process.env.SAGEMAKER_BASE_DIR ?? '/opt/ml';

/** The port to listen on: 8080 unless SageMaker gives another. */
export const port = Number(process.env.SAGEMAKER_BIND_TO_PORT ?? 8080);

export const modelFile = join(base, 'model', 'model.json');

/** Why training cannot go on; the text is for the person who reads the job's FailureReason. */
export class TrainingFailure extends Error {}

/** All values are text, some SDKs put JSON quotes around them, and SageMaker's own begin with sagemaker_. */
export function readHyperparameters(defaults) {
  const given = JSON.parse(readFileSync(join(base, 'input', 'config', 'hyperparameters.json'), 'utf8'));
  const values = { ...defaults };
  for (const [name, text] of Object.entries(given)) {
    if (name.startsWith('sagemaker_') || name.startsWith('_')) continue;
    if (!(name in defaults)) throw new TrainingFailure(`Unknown hyperparameter "${name}"; known are ${Object.keys(defaults).join(', ')}`);
    const value = Number(String(text).replace(/^"(.*)"$/, '$1'));
    if (!Number.isFinite(value) || value <= 0) throw new TrainingFailure(`Hyperparameter "${name}" is ${text}, expected a number above 0`);
    values[name] = value;
  }
  return values;
}

/** The CSV files of every channel, whatever the channels are called: columns and rows of numbers, the label last. */
export function readChannels() {
  const channels = Object.keys(JSON.parse(readFileSync(join(base, 'input', 'config', 'inputdataconfig.json'), 'utf8')));
  const files = channels.flatMap((channel) => {
    const folder = join(base, 'input', 'data', channel);
    return readdirSync(folder)
      .filter((name) => name.endsWith('.csv'))
      .sort()
      .map((name) => join(folder, name));
  });
  if (files.length === 0) throw new TrainingFailure(`No .csv file in any channel (${channels.join(', ') || 'the job has none'})`);
  let columns;
  const rows = files.flatMap((file) => {
    const [header = '', ...lines] = readFileSync(file, 'utf8').trim().split(/\r?\n/);
    columns ??= header.split(',');
    return lines.map((line, index) => {
      const row = line.split(',').map(Number);
      if (row.length !== columns.length || row.some((value) => !Number.isFinite(value)))
        throw new TrainingFailure(`${file}:${index + 2}: expected ${columns.length} numbers`);
      return row;
    });
  });
  return { columns, rows };
}

/** SageMaker shows the first 1024 characters of this file as the job's FailureReason. */
export function writeFailure(text) {
  mkdirSync(join(base, 'output'), { recursive: true });
  writeFileSync(join(base, 'output', 'failure'), text.slice(0, 1024));
}
