import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { servingEnvironment, trainingEnvironment } from '../../src/containers/environment.ts';
import { parseImageConfig } from '../../src/containers/image.ts';
import { makeTrainingLayout, wipe } from '../../src/containers/layout.ts';
import { overlay } from '../../src/containers/overlay.ts';
import { packImage } from '../../src/containers/pack.ts';
import { type Container, type Engine, freePort, processEngine } from '../../src/containers/run.ts';
import { unpackImage } from '../../src/containers/unpack.ts';
import { dataFolder, imageFolder, type Version, versions } from './versions.ts';

export interface Measured {
  readonly version: Version;
  /** The last `validation:accuracy` in the training's log, 0-1. */
  readonly validationAccuracy: number;
  /** Share of the held-out rows the model got right, of those it answered, 0-1. */
  readonly heldOutAccuracy: number;
  /** Share of the held-out rows that got an answer other than 200, 0-1. */
  readonly failureShare: number;
}

/** Held-out rows as a request has them, and what each really is. */
export function heldOutRows(): { readonly row: string; readonly benign: boolean }[] {
  const [, ...lines] = readFileSync(join(dataFolder, 'held-out.csv'), 'utf8').trim().split('\n');
  return lines.map((line) => ({ row: line.slice(0, line.lastIndexOf(',')), benign: line.endsWith(',1') }));
}

/** Waits until `/ping` answers 200. Throws when the container ends instead, or is silent for `patienceMs` of wall time. */
export async function untilHealthy(container: Container, patienceMs = 30_000): Promise<void> {
  const ended = container.exited.then(() => 'ended' as const);
  const giveUpAt = performance.now() + patienceMs;
  while (performance.now() < giveUpAt) {
    const answer = await fetch(`${container.url ?? ''}/ping`).catch(() => undefined);
    if (answer?.status === 200) return;
    if ((await Promise.race([ended, sleep(25)])) === 'ended') break;
  }
  throw new Error((await container.whyUnreachable()) ?? 'The container never answered /ping with 200');
}

/** Packs a version, trains it on the training channel, serves it, and asks it about every held-out row, one a request. */
export async function measure(version: Version, engine: Engine): Promise<Measured> {
  const source = overlay(imageFolder, ...versions[version]);
  const work = mkdtempSync(join(tmpdir(), 'measure-'));
  try {
    const image = packImage(source);
    const layerFiles = image.layers.map(({ tarGzip }, index) => {
      const file = join(work, `layer-${index}`);
      writeFileSync(file, tarGzip);
      return file;
    });
    const rootFolder = unpackImage(image.digest, layerFiles, join(work, 'images'));
    const baseFolder = join(work, 'opt-ml');
    mkdirSync(baseFolder);
    makeTrainingLayout(baseFolder, {
      hyperParameters: {},
      instanceType: 'ml.m5.large',
      channels: [{ name: 'train', contentType: 'text/csv', files: [{ path: 'train.csv', bytes: readFileSync(join(dataFolder, 'train.csv')) }] }],
    });
    const log: string[] = [];
    const common = {
      rootFolder,
      baseFolder,
      config: parseImageConfig(image.config),
      imageUri: image.digest,
      onLine: (line: string) => log.push(line),
    };
    const job = { jobName: version, jobArn: `arn:aws:sagemaker:eu-west-1:000000000000:training-job/${version}`, region: 'eu-west-1' };
    const training = await engine.start({ ...common, name: `${version}-train`, command: 'train', environment: trainingEnvironment(job) });
    const { exitCode } = await training.exited;
    if (exitCode !== 0) throw new Error(`Training of ${version} ended with exit code ${exitCode}:\n${log.join('\n')}`);
    const accuracies = [...log.join('\n').matchAll(/validation:accuracy=([0-9.]+);/g)];

    const environment = servingEnvironment({ region: 'eu-west-1' });
    const serving = await engine.start({ ...common, name: `${version}-serve`, command: 'serve', port: await freePort(), environment });
    try {
      await untilHealthy(serving);
      const held = heldOutRows();
      let failed = 0;
      let right = 0;
      for (const { row, benign } of held) {
        const answer = await fetch(`${serving.url ?? ''}/invocations`, { method: 'POST', headers: { 'content-type': 'text/csv' }, body: row });
        const text = await answer.text();
        if (answer.status !== 200) failed++;
        else if (Number(text) >= 0.5 === benign) right++;
      }
      return {
        version,
        validationAccuracy: Number(accuracies.at(-1)?.[1]),
        heldOutAccuracy: right / (held.length - failed),
        failureShare: failed / held.length,
      };
    } finally {
      await serving.stop(5_000);
    }
  } finally {
    wipe(source);
    wipe(work);
  }
}

if (import.meta.main) {
  const engine = processEngine();
  try {
    console.log('version  validation accuracy  held-out accuracy  failed requests');
    for (const version of Object.keys(versions) as Version[]) {
      const { validationAccuracy, heldOutAccuracy, failureShare } = await measure(version, engine);
      const percent = (share: number, width: number) => `${(share * 100).toFixed(1)} %`.padStart(width);
      console.log(`${version.padEnd(7)}  ${percent(validationAccuracy, 19)}  ${percent(heldOutAccuracy, 17)}  ${percent(failureShare, 15)}`);
    }
  } finally {
    await engine.close();
  }
}
