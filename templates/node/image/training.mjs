import { setImmediate } from 'node:timers/promises';
import { readChannels, readHyperparameters, writeFailure } from './contract.mjs';
import { epochsOf, saveModel } from './model.mjs';

let stopping = false;

async function train() {
  const { epochs, learning_rate: learningRate } = readHyperparameters({ epochs: 200, learning_rate: 0.1 });
  const table = readChannels();
  console.log(`${table.rows.length} rows, ${table.columns.length - 1} features, ${epochs} epochs`);
  let epoch = 0;
  for (const { model, loss } of epochsOf(table, learningRate)) {
    epoch++;
    const last = stopping || epoch >= epochs;
    if (last || epoch % Math.ceil(epochs / 10) === 0) console.log(`epoch=${epoch}; loss=${loss.toFixed(6)};`);
    if (last) return saveModel(model);
    // Lets a SIGTERM in.
    await setImmediate();
  }
}

export async function main() {
  // SageMaker stops a job with SIGTERM and kills it 120 s later: what is there by then is kept.
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
