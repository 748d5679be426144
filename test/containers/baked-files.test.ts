import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { layBakedFiles } from '../../src/containers/baked-files.ts';
import { makeTrainingLayout } from '../../src/containers/layout.ts';
import { folderOf } from './folder.ts';

it('layBakedFiles() brings /opt/ml/code along, and nothing of what SageMaker’s mounts hide', () => {
  const rootFolder = folderOf({
    'opt/ml/code/train.py': 'print(1)',
    'opt/ml/code/lib/a.py': 'a',
    'opt/ml/model/old': 'x',
    'opt/ml/input/config/b': 'x',
  });
  const baseFolder = join(folderOf({}), 'base');
  makeTrainingLayout(baseFolder, { hyperParameters: {}, channels: [], instanceType: 'ml.m5.large' });
  layBakedFiles({ rootFolder, baseFolder });

  expect(readFileSync(join(baseFolder, 'code/train.py'), 'utf8')).toBe('print(1)');
  expect(existsSync(join(baseFolder, 'code/lib/a.py'))).toBe(true);
  expect(existsSync(join(baseFolder, 'model/old'))).toBe(false);
  expect(existsSync(join(baseFolder, 'input/config/b'))).toBe(false);
});

it('layBakedFiles() leaves alone what is there already, and an image that has no such folder', () => {
  const baseFolder = folderOf({ 'code/train.py': 'mine' });
  layBakedFiles({ rootFolder: folderOf({ 'opt/ml/code/train.py': 'baked' }), baseFolder });
  layBakedFiles({ rootFolder: folderOf({}), baseFolder });
  expect(readFileSync(join(baseFolder, 'code/train.py'), 'utf8')).toBe('mine');
});
