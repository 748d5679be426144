import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { joinCluster, readHosts } from './cluster.mjs';
import { gradientSum, rightCount } from './logistic.mjs';
import { readShard } from './shard.mjs';

const baseFolder = process.env.SAGEMAKER_BASE_DIR ?? '/opt/ml';

function write(folder, name, value) {
  mkdirSync(join(baseFolder, folder), { recursive: true });
  writeFileSync(join(baseFolder, folder, name), typeof value === 'string' ? value : JSON.stringify(value));
}

/** Mean and standard deviation of each column over the rows of all hosts. */
async function standardOf(rows, cluster) {
  const columns = rows[0].length;
  const sums = await cluster.sum(Array.from({ length: columns + 1 }, (_, i) => rows.reduce((sum, row) => sum + (row[i] ?? 1), 0)));
  const count = sums[columns];
  const means = sums.slice(0, columns).map((sum) => sum / count);
  const squares = await cluster.sum(means.map((mean, i) => rows.reduce((sum, row) => sum + (row[i] - mean) ** 2, 0)));
  return { count, means, deviations: squares.map((square) => Math.sqrt(square / count) || 1) };
}

let stopping = false;

async function train() {
  const hyperparameters = JSON.parse(readFileSync(join(baseFolder, 'input/config/hyperparameters.json'), 'utf8'));
  const epochs = Number(hyperparameters.epochs ?? 50);
  const learningRate = Number(hyperparameters.learning_rate ?? 1);
  const hosts = readHosts(baseFolder);
  const cluster = await joinCluster(hosts);
  // Whatever the channels are called.
  const channels = Object.keys(JSON.parse(readFileSync(join(baseFolder, 'input/config/inputdataconfig.json'), 'utf8')));
  if (channels.length === 0) throw new Error('There is no channel: give the job one with .csv files');
  const folders = channels.sort().map((name) => join(baseFolder, 'input/data', name));
  const { rows, labels } = readShard(folders, cluster);
  console.log(`host ${cluster.rank + 1} of ${cluster.size} has ${rows.length} rows`);

  const { count, means, deviations } = await standardOf(rows, cluster);
  const seen = rows.map((row) => row.map((value, i) => (value - means[i]) / deviations[i]));
  let weights = Array.from({ length: means.length + 1 }, () => 0);
  const gradients = [];
  for (let epoch = 0; epoch < epochs; epoch++) {
    // Lets a SIGTERM in. Hosts hear it one by one and have to stop at one epoch.
    await setImmediate();
    const [stops] = await cluster.sum([stopping ? 1 : 0]);
    if (stops > 0) break;
    const gradient = (await cluster.sum(gradientSum(weights, seen, labels))).map((sum) => sum / count);
    gradients.push(gradient);
    weights = weights.map((weight, i) => weight - learningRate * gradient[i]);
  }
  const [right] = await cluster.sum([rightCount(weights, seen, labels)]);
  console.log(`train:accuracy=${(right / count).toFixed(4)};`);

  // One archive is made of all hosts' folders: only one writes the model, and the others' files have names of their own.
  write('output/data', `${hosts.own}.json`, { rows: rows.length, gradients });
  if (cluster.rank === 0) write('model', 'model.json', { means, deviations, weights });
  cluster.leave();
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
    write('output', 'failure', error.message);
    process.exit(1);
  }
}
