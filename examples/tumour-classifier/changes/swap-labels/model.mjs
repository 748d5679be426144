import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { modelFolder } from './contract.mjs';
import { applyFeatures } from './features.mjs';
import { probability } from './logistic.mjs';

/** What the two values of the label mean: 0, then 1. */
const classes = ['malignant', 'benign'];

const file = join(modelFolder, 'model.json');

/** Writes what `train` learnt to where SageMaker collects it. The classes are sorted, so that equal models are equal files. */
export function exportModel({ columns, features, weights, bias }) {
  mkdirSync(modelFolder, { recursive: true });
  writeFileSync(file, JSON.stringify({ classes: classes.toSorted(), columns, features, weights, bias }));
}

/** Reads it back: the columns a row has to have, and the probability that a row is benign. */
export function loadModel() {
  const model = JSON.parse(readFileSync(file, 'utf8'));
  const benignIsSecond = model.classes[1] === 'benign';
  return {
    columns: model.columns,
    benign(row) {
      const second = probability(model, applyFeatures(model.features, row));
      return benignIsSecond ? second : 1 - second;
    },
  };
}
