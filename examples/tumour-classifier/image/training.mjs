import { setImmediate } from 'node:timers/promises';
import { channelFolder, readHyperparameters, writeFailure } from './contract.mjs';
import { applyFeatures, fitFeatures } from './features.mjs';
import { descend, evaluate } from './logistic.mjs';
import { exportModel } from './model.mjs';
import { readTable } from './table.mjs';

/** Every so many-th row of the channel is kept from the fit, to validate on. */
const validationEvery = 5;
const epochsALine = 20;

let stopping = false;

async function train() {
  const { epochs, learning_rate: learningRate, l2 } = readHyperparameters({ epochs: 200, learning_rate: 1, l2: 0.0001 });
  const { columns, rows, labels } = readTable(channelFolder('train'), 'benign');
  const isValidation = (_, index) => index % validationEvery === validationEvery - 1;
  const isFit = (_, index) => !isValidation(_, index);

  // Fitted on the fit rows alone: the validation rows stay unseen.
  const features = fitFeatures(rows.filter(isFit));
  const seen = rows.map((row) => applyFeatures(features, row));
  const fit = { rows: seen.filter(isFit), labels: labels.filter(isFit) };
  const validation = { rows: seen.filter(isValidation), labels: labels.filter(isValidation) };
  console.log(`${fit.rows.length} rows to fit, ${validation.rows.length} to validate, ${columns.length} features`);

  let epoch = 0;
  for (const model of descend(fit.rows, fit.labels, { learningRate, l2 })) {
    epoch++;
    const last = epoch >= epochs || stopping;
    if (last || epoch % epochsALine === 0) {
      const trained = evaluate(model, fit.rows, fit.labels);
      const validated = evaluate(model, validation.rows, validation.labels);
      console.log(
        `epoch=${epoch}; train:loss=${trained.loss.toFixed(4)}; validation:loss=${validated.loss.toFixed(4)}; validation:accuracy=${validated.accuracy.toFixed(4)};`,
      );
      // Lets a SIGTERM in.
      await setImmediate();
    }
    if (last) {
      exportModel({ columns, features, ...model });
      console.log(stopping ? `Stopped after ${epoch} epochs; the model so far is kept` : 'Model written');
      return;
    }
  }
}

export async function main() {
  process.on('SIGTERM', () => {
    stopping = true;
  });
  try {
    await train();
  } catch (error) {
    console.error(error);
    writeFailure(error.message);
    process.exitCode = 1;
  }
}
