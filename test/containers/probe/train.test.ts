import { afterAll, describe, expect, it } from 'vitest';
import { judge } from '../../../src/containers/checks/check.ts';
import { checks } from '../../../src/containers/checks/training/registry.ts';
import { assembleImage } from '../../../src/containers/pack.ts';
import { layOut } from '../../../src/containers/probe/lay-out.ts';
import { probeTraining } from '../../../src/containers/probe/train.ts';
import { processEngine } from '../../../src/containers/run.ts';
import { trainer, trainingMistakes } from '../fixtures/training.ts';
import { type FileSpec, folderOf, goodImage, program } from '../folder.ts';

const engine = processEngine();
afterAll(() => engine.close());

async function probe(train: FileSpec) {
  const { contents } = assembleImage(folderOf({ ...goodImage, train }));
  const rootFolder = folderOf({});
  layOut(contents, rootFolder);
  const seen = await probeTraining(engine, {
    image: { rootFolder, config: contents.config, imageUri: 'an-image' },
    channels: [{ name: 'train', contentType: 'text/csv', files: [{ path: 'train.csv', bytes: new TextEncoder().encode('1,2\n') }] }],
    hyperParameters: { epochs: '3' },
    environment: {},
    limits: { runMs: 60_000, stopMs: 4_000 },
    newFolder: () => folderOf({}),
  });
  return { seen, ...judge(checks, seen) };
}

describe('probeTraining() and its checks name', () => {
  it.concurrent.for(trainingMistakes)('$id where there is $mistake, and nothing else', async ({ id, train, says }, { expect }) => {
    const { findings } = await probe(train);
    expect(findings.map((finding) => `${finding.id ?? ''} ${finding.what}`)).toEqual([expect.stringMatching(says) as string]);
    expect(findings[0]?.id).toBe(id);
    expect(findings[0]?.fix).not.toBe('');
  });
});

describe('probeTraining()', () => {
  it('finds nothing to complain of in one that honours the contract, and leaves nothing out', async () => {
    const { findings, notChecked, seen } = await probe(trainer());
    expect({ findings, notChecked }).toEqual({ findings: [], notChecked: [] });
    expect(seen.withoutData?.failure).toBe('There is no channel');
    expect(seen.stopped?.run).toMatchObject({ exitCode: 0, modelFiles: ['model.json'] });
  });

  it('lets the host find its own name, and gives hyperparameters as script mode writes them: text in quotes, a number as a number', async () => {
    const { seen } = await probe(
      trainer({
        before:
          "console.log('is at ' + (await require('node:dns/promises').lookup(config('resourceconfig').current_host)).address); console.log(JSON.stringify(config('hyperparameters')))",
      }),
    );
    const network = await engine.network(['algo-1']);
    await network.close();
    if (network.unresolved === undefined) expect(seen.plain.log).toContainEqual(expect.stringMatching(/^is at 127\./));
    // Each value's JSON, as the Python SDK encodes what it is given.
    expect(seen.quoted?.log).toContain(
      '{"epochs":"\\"3\\"","sagemaker_job_name":"\\"probe\\"","sagemaker_region":"\\"us-east-1\\"","sagemaker_container_log_level":"20"}',
    );
  });

  it('stops what takes too long, and says what it could not check', async () => {
    const { contents } = assembleImage(folderOf({ ...goodImage, train: program('#!/bin/sh\nexec sleep 600\n') }));
    const rootFolder = folderOf({});
    layOut(contents, rootFolder);
    const seen = await probeTraining(engine, {
      image: { rootFolder, config: contents.config, imageUri: 'an-image' },
      channels: [],
      hyperParameters: {},
      environment: {},
      limits: { runMs: 100, stopMs: 1_000 },
      newFolder: () => folderOf({}),
    });
    expect(seen.plain).toMatchObject({ overtime: true, signal: 'SIGTERM' });
    const { findings, notChecked } = judge(checks, seen);
    expect(findings).toEqual([]);
    expect(notChecked.map(({ id }) => id)).toEqual(['CC-62', 'CC-64', 'CC-65', 'CC-66', 'CC-67']);
  });
});
