import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hostPath, servingEnvironment, trainingEnvironment } from '../../src/containers/environment.ts';
import { failureText, makeTrainingLayout, type TrainingLayout, wipe } from '../../src/containers/layout.ts';
import { overlay } from '../../src/containers/overlay.ts';
import { folderOf, program } from './folder.ts';

const layout: TrainingLayout = {
  hyperParameters: { epochs: '3', name: '"quoted"' },
  instanceType: 'ml.m5.xlarge',
  channels: [
    { name: 'train', contentType: 'text/csv', files: [{ path: 'part/a.csv', bytes: new TextEncoder().encode('1,2\n') }] },
    { name: 'val-set', files: [] },
  ],
};

describe('makeTrainingLayout()', () => {
  it('writes the files AWS documents, all lower case, hyperparameters as text', () => {
    const base = folderOf({});
    makeTrainingLayout(base, layout);
    const config = (name: string) => JSON.parse(readFileSync(join(base, 'input/config', name), 'utf8')) as unknown;

    expect(config('hyperparameters.json')).toEqual({ epochs: '3', name: '"quoted"' });
    expect(config('resourceconfig.json')).toEqual({
      current_host: 'algo-1',
      current_instance_type: 'ml.m5.xlarge',
      current_group_name: 'homogeneousCluster',
      hosts: ['algo-1'],
      instance_groups: [{ instance_group_name: 'homogeneousCluster', instance_type: 'ml.m5.xlarge', hosts: ['algo-1'] }],
      network_interface_name: 'eth0',
      topology: null,
    });
    expect(config('inputdataconfig.json')).toEqual({
      train: { ContentType: 'text/csv', TrainingInputMode: 'File', S3DistributionType: 'FullyReplicated', RecordWrapperType: 'None' },
      'val-set': { TrainingInputMode: 'File', S3DistributionType: 'FullyReplicated', RecordWrapperType: 'None' },
    });
    expect(readFileSync(join(base, 'input/data/train/part/a.csv'), 'utf8')).toBe('1,2\n');
    expect(['input/data/val-set', 'model', 'output/data', 'checkpoints'].every((folder) => existsSync(join(base, folder)))).toBe(true);
  });

  it('refuses a hyperparameter that is no text, as the API does', () => {
    // What a caller without types could hand over.
    const hyperParameters = { epochs: 3 } as unknown as Record<string, string>;
    expect(() => makeTrainingLayout(folderOf({}), { ...layout, hyperParameters })).toThrow('Hyperparameter "epochs" is 3, expected text');
  });

  it.each([
    ['a channel', { name: '..', files: [] }, 'Channel name ".."'],
    ['a file', { name: 'train', files: [{ path: '../../config/x', bytes: new Uint8Array() }] }, 'leaves the channel'],
  ])('lets %s not leave the tree', (_, channel, text) => {
    expect(() => makeTrainingLayout(folderOf({}), { ...layout, channels: [channel] })).toThrow(text);
  });
});

describe('failureText()', () => {
  it('is the first 1024 characters of the failure file, or nothing', () => {
    const base = folderOf({});
    expect(failureText(base)).toBeUndefined();
    mkdirSync(join(base, 'output'));
    writeFileSync(join(base, 'output/failure'), 'é'.repeat(2_000));
    expect(failureText(base)).toBe('é'.repeat(1_024));
  });

  it('is nothing where that is no plain file: a folder, or a link out of the container', () => {
    const base = folderOf({ 'output/failure/deep': 'x', secret: 'of the machine' });
    expect(failureText(base)).toBeUndefined();
    rmSync(join(base, 'output/failure'), { recursive: true });
    symlinkSync(join(base, 'secret'), join(base, 'output/failure'));
    expect(failureText(base)).toBeUndefined();
  });
});

describe('wipe()', () => {
  it('removes folders the container closed to itself, and minds nothing missing', () => {
    const folder = folderOf({ 'model/deep/file': 'x' });
    chmodSync(join(folder, 'model/deep'), 0o000);
    chmodSync(join(folder, 'model'), 0o500);
    wipe(folder);
    expect(existsSync(folder)).toBe(false);
    wipe(folder);
  });
});

describe('the environment', () => {
  it('is the platform’s over the job’s, and has no SM_ variable: those are the training toolkit’s', () => {
    expect(trainingEnvironment({ jobName: 'j', jobArn: 'arn', region: 'eu-west-1', environment: { A: '1', TRAINING_JOB_NAME: 'forged' } })).toEqual({
      A: '1',
      TRAINING_JOB_NAME: 'j',
      TRAINING_JOB_ARN: 'arn',
      AWS_REGION: 'eu-west-1',
    });
    expect(servingEnvironment({ region: 'eu-west-1' })).toEqual({ AWS_REGION: 'eu-west-1' });
  });

  it('maps what the image has, and /opt/ml, and leaves the rest alone', () => {
    const places = { rootFolder: folderOf({ 'opt/ml/code/x.py': '', 'srv/x': '' }), baseFolder: folderOf({ 'model/m': '' }) };
    expect(hostPath('/srv/x', places)).toBe(join(places.rootFolder, 'srv/x'));
    expect(hostPath('/opt/ml/model/m', places)).toBe(join(places.baseFolder, 'model/m'));
    expect(hostPath('/opt/ml/code/x.py', places)).toBe(join(places.rootFolder, 'opt/ml/code/x.py'));
    expect(hostPath('/opt/mlops', places)).toBe('/opt/mlops');
    expect(hostPath('/', places)).toBe('/');
    expect(hostPath('relative', places)).toBe('relative');
  });
});

describe('overlay()', () => {
  it('lays changes over a copy, in turn, and leaves the base alone', () => {
    const base = folderOf({ train: program('base'), 'lib/a': 'base', 'lib/b': 'base' });
    const result = overlay(base, folderOf({ 'lib/a': 'one', 'lib/b': 'one' }), folderOf({ 'lib/b': 'two', new: 'two' }));
    const text = (folder: string, path: string) => readFileSync(join(folder, path), 'utf8');

    expect(['train', 'lib/a', 'lib/b', 'new'].map((path) => text(result, path))).toEqual(['base', 'one', 'two', 'two']);
    expect(text(base, 'lib/b')).toBe('base');
    wipe(result);
  });
});
