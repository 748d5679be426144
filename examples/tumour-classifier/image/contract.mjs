import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** SageMaker's tree is at /opt/ml; another folder where several containers share one file system. */
const base = process.env.SAGEMAKER_BASE_DIR ?? '/opt/ml';

export const channelFolder = (name) => join(base, 'input', 'data', name);
export const modelFolder = join(base, 'model');

/** The port to listen on: 8080 unless SageMaker gives another. */
export const port = Number(process.env.SAGEMAKER_BIND_TO_PORT ?? 8080);

/** Why training cannot go on; the text is for the person who reads the job's FailureReason. */
export class TrainingFailure extends Error {}

/**
 * Hyperparameters as numbers. SageMaker hands every value over as text; some of its SDKs put JSON quotes around it as well.
 *
 * @param defaults name to number; other names are refused, except SageMaker's own `sagemaker_…`
 */
export function readHyperparameters(defaults) {
  const given = JSON.parse(readFileSync(join(base, 'input', 'config', 'hyperparameters.json'), 'utf8'));
  const values = { ...defaults };
  for (const [name, text] of Object.entries(given)) {
    if (name.startsWith('sagemaker_')) continue;
    if (!(name in defaults)) throw new TrainingFailure(`Unknown hyperparameter "${name}"; known are ${Object.keys(defaults).join(', ')}`);
    const value = Number(String(text).replace(/^"(.*)"$/, '$1'));
    if (!Number.isFinite(value) || value < 0) throw new TrainingFailure(`Hyperparameter "${name}" is "${text}", expected a number of 0 or more`);
    values[name] = value;
  }
  return values;
}

/** SageMaker shows the first 1024 characters of this file as the job's FailureReason. */
export function writeFailure(text) {
  mkdirSync(join(base, 'output'), { recursive: true });
  writeFileSync(join(base, 'output', 'failure'), text.slice(0, 1024));
}
