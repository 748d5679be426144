import { existsSync, mkdirSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { unpackedImage } from '../../examples/measuring.ts';
import type { Engine } from '../../src/containers/container.ts';
import { wipe } from '../../src/containers/layout.ts';
import { trainLocally } from '../../src/containers/local-training.ts';

const example = (name: string) => fileURLToPath(new URL(`../../examples/${name}`, import.meta.url));
const trainFile = example('tumour-classifier/data/train.csv');
export const learningRate = 0.5;

interface HostOutput {
  readonly rows: number;
  /** The averaged gradient of each epoch, by weight. */
  readonly gradients: readonly (readonly number[])[];
}

export interface Trained {
  readonly log: readonly string[];
  /** By host: what each left in `output/data`. */
  readonly outputs: readonly HostOutput[];
  readonly hostsWithModel: readonly string[];
}

/** Runs the example on so many hosts. */
export async function trainOn(engine: Engine, hostCount: number): Promise<Trained> {
  const folder = mkdtempSync(join(tmpdir(), 'distributed-test-'));
  const log: string[] = [];
  try {
    const trees = join(folder, 'hosts');
    mkdirSync(trees);
    const result = await trainLocally(
      {
        image: unpackedImage([example('distributed/image')], folder, ['train']),
        jobName: `distributed-${hostCount}`,
        region: 'eu-west-1',
        hyperParameters: { epochs: '20', learning_rate: String(learningRate) },
        channels: [{ name: 'train', copyOf: trainFile }],
        environment: {},
        hostCount,
        metrics: [],
        maxRuntimeMs: 60_000,
      },
      {
        engine,
        folder: trees,
        artifactsFolder: join(folder, 'artifacts'),
        stop: new AbortController().signal,
        tell: (event) => event.type === 'log' && log.push(`${event.host}: ${event.line}`),
      },
    );
    expect(result.status, [result.failureReason, ...log].join('\n')).toBe('Completed');
    const hosts = result.hosts.map(({ host }) => host).toSorted();
    const read = (...path: string[]): unknown => JSON.parse(readFileSync(join(trees, ...path), 'utf8'));
    return {
      log,
      outputs: hosts.map((host) => read(host, 'output/data', `${host}.json`) as HostOutput), // As the image writes it.
      hostsWithModel: hosts.filter((host) => existsSync(join(trees, host, 'model/model.json'))),
    };
  } finally {
    wipe(folder);
  }
}

/** The derivative of the mean log loss of all rows together at some weights, by differences: no code of the image's, no formula for it. */
export function gradientByDifferences(weights: readonly number[]): number[] {
  const [, ...lines] = readFileSync(trainFile, 'utf8').trim().split('\n');
  const table = lines.map((line) => line.split(',').map(Number));
  const columns = weights.length - 1;
  const means = Array.from({ length: columns }, (_, i) => table.reduce((sum, row) => sum + (row[i] ?? 0), 0) / table.length);
  const deviations = means.map((mean, i) => Math.sqrt(table.reduce((sum, row) => sum + ((row[i] ?? 0) - mean) ** 2, 0) / table.length));
  const rows = table.map((row) => means.map((mean, i) => ((row[i] ?? 0) - mean) / (deviations[i] ?? 1)));
  const loss = (at: readonly number[]) =>
    rows.reduce((sum, row, index) => {
      const score = row.reduce((total, value, i) => total + value * (at[i] ?? 0), at[columns] ?? 0);
      return sum + Math.log1p(Math.exp(table[index]?.[columns] === 1 ? -score : score));
    }, 0) / rows.length;
  const step = 1e-5;
  const moved = (index: number, by: number) => weights.map((weight, i) => (i === index ? weight + by : weight));
  return weights.map((_, index) => (loss(moved(index, step)) - loss(moved(index, -step))) / (2 * step));
}

/** What has to hold of a run on two hosts, whatever runs them. */
export function expectOneGradient(two: Trained, one: Trained): void {
  const [first, second] = two.outputs;
  // 380 rows, shared out evenly.
  expect(two.outputs.map(({ rows }) => rows)).toEqual([190, 190]);
  expect(first?.gradients).toHaveLength(20);
  expect(first?.gradients).toEqual(second?.gradients);
  expect(two.hostsWithModel).toEqual(['algo-1']);

  const flat = (output: HostOutput | undefined) => output?.gradients.flat() ?? [];
  const alone = flat(one.outputs[0]);
  expect(alone).toHaveLength(20 * 31);
  expect(Math.max(...flat(first).map((value, index) => Math.abs(value - (alone[index] ?? Number.NaN))))).toBeLessThan(1e-12);

  // The last step's, at the weights the steps before it have led to.
  const gradients = first?.gradients ?? [];
  const weights = Array.from({ length: 31 }, (_, i) => -learningRate * gradients.slice(0, -1).reduce((sum, gradient) => sum + (gradient[i] ?? 0), 0));
  const expected = gradientByDifferences(weights);
  expect(Math.max(...expected.map(Math.abs))).toBeGreaterThan(1e-3);
  expect(Math.max(...expected.map((value, i) => Math.abs(value - (gradients.at(-1)?.[i] ?? Number.NaN))))).toBeLessThan(1e-8);
}
