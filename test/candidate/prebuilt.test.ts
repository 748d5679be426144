import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { imageData } from '../../src/candidate/image-uri-data.ts';
import { nearestVersion } from '../../src/candidate/image-uri-version.ts';
import { type PrebuiltPlace, resolvePrebuilt } from '../../src/candidate/prebuilt.ts';
import { PrebuiltSpec, prebuiltFrameworks } from '../../src/candidate/prebuilt-spec.ts';

const serving: PrebuiltPlace = { region: 'eu-west-1', instanceType: 'ml.m5.large', scope: 'inference' };
const training: PrebuiltPlace = { ...serving, scope: 'training' };

describe('resolvePrebuilt()', () => {
  // Each as the SDK answers.
  test.each([
    [
      { framework: 'pytorch', version: '2.6.0' },
      { ...serving, region: 'us-east-1', instanceType: 'ml.g5.2xlarge' },
      '763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch-inference:2.6.0-gpu-py312',
    ],
    [
      { framework: 'xgboost', version: '3.0-5' },
      { ...training, instanceType: 'ml.g4dn.xlarge' },
      '141502667606.dkr.ecr.eu-west-1.amazonaws.com/sagemaker-xgboost:3.0-5',
    ],
    [{ framework: 'sklearn', version: '1.2-1' }, training, '141502667606.dkr.ecr.eu-west-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3'],
    [
      { framework: 'sparkml-serving', version: '3.3' },
      { ...serving, region: 'cn-northwest-1' },
      '451049120500.dkr.ecr.cn-northwest-1.amazonaws.com.cn/sagemaker-sparkml-serving:3.3',
    ],
    [
      { framework: 'pytorch', version: '2.4.0' },
      { ...serving, region: 'us-west-2', instanceType: 'ml.m6g.4xlarge' },
      '763104351884.dkr.ecr.us-west-2.amazonaws.com/pytorch-inference-graviton:2.4.0-cpu-py311-ubuntu22.04-sagemaker',
    ],
    [
      { framework: 'tensorflow', version: '2.3.1', python: 'py37' },
      { ...training, region: 'us-west-2', instanceType: 'ml.p3.16xlarge', smdistributed: true },
      '763104351884.dkr.ecr.us-west-2.amazonaws.com/tensorflow-training:2.3.1-gpu-py37-cu110-ubuntu18.04',
    ],
  ])('%j', (spec, place, uri) => expect(resolvePrebuilt(z.parse(PrebuiltSpec, spec), place).uri).toBe(uri));

  test.each<[string, z.input<typeof PrebuiltSpec>, Partial<PrebuiltPlace>, string]>([
    [
      'a version it does not know, and says what it looked for, for whom and where',
      { framework: 'sklearn', version: '1.3' },
      { scope: 'training' },
      'Cannot find the image of sklearn 1.3 for training on ml.m5.large in eu-west-1: sklearn for training has no version "1.3"; known are 0.20.0, 0.23-1, 1.0-1, 1.2-1, 1.4-2, 1.4-2-py312; nearest is 1.4-2-py312',
    ],
    [
      'another version than the one written',
      { framework: 'sklearn', version: '1.2-1' },
      { instanceType: 'ml.c6g.large' },
      'no version "1.2-1"; known is 1.0-1',
    ],
    [
      'an image that serves, for training',
      { framework: 'huggingface-llm', version: '3.3.6' },
      { scope: 'training', instanceType: 'ml.g5.xlarge' },
      'huggingface-llm has no image for "training"; known is inference',
    ],
    [
      'the same where both have one table',
      { framework: 'sparkml-serving', version: '3.3' },
      { scope: 'training' },
      'has no image for "training"; known is inference',
    ],
    [
      'training on Graviton',
      { framework: 'pytorch', version: '2.4.0' },
      { scope: 'training', instanceType: 'ml.c7g.large' },
      'images serve and do not train',
    ],
    [
      'Arm families without images',
      { framework: 'pytorch', version: '2.4.0' },
      { instanceType: 'ml.m7g.large' },
      'no images are known for that family',
    ],
  ])('refuses %s', (_what, spec, place, message) =>
    expect(() => resolvePrebuilt(z.parse(PrebuiltSpec, spec), { ...serving, ...place })).toThrow(message),
  );

  // Their names only look like Arm.
  test.each(['ml.g4dn.xlarge', 'ml.g6.xlarge', 'ml.p5en.48xlarge'])('%s has GPUs', (instanceType) =>
    expect(resolvePrebuilt({ framework: 'pytorch', version: '2.6.0' }, { ...serving, instanceType }).processor).toBe('gpu'),
  );
});

describe('PrebuiltSpec', () => {
  const issues = (value: unknown) =>
    z
      .safeParse(PrebuiltSpec, value)
      .error?.issues.map((issue) =>
        issue.code === 'unrecognized_keys' ? `unknown: ${issue.keys.join()}` : `${issue.path.join('.')}: ${issue.message}`,
      ) ?? [];

  test('knows the frameworks of the data', () => expect([...prebuiltFrameworks]).toEqual(Object.keys(imageData.frameworks)));

  test('admits every base framework of the data', () => {
    const entries = Object.values(imageData.frameworks['huggingface']?.scopes ?? {}).flatMap(({ versions }) => Object.entries(versions));
    const flaws = entries.flatMap(([version, entry]) =>
      'base' in entry
        ? [...Object.keys(entry.base), ...Object.keys(entry.baseAliases)].flatMap((baseFramework) =>
            issues({ framework: 'huggingface', version, baseFramework }),
          )
        : [],
    );
    expect(entries.length).toBeGreaterThan(20);
    expect(flaws).toEqual([]);
  });

  test.each<[string, object, readonly string[]]>([
    // YAML reads 2.10 as 2.1.
    ['a version that is a number', { framework: 'tensorflow', version: 2.1 }, ["version: Expected a version in quotes, such as '2.10'"]],
    [
      'no base framework where there is one',
      { framework: 'huggingface', version: '4.37.0' },
      ['baseFramework: Expected the framework transformers runs on, such as pytorch2.1.0'],
    ],
    [
      'a base framework where there is none',
      { framework: 'pytorch', version: '2.6.0', baseFramework: 'pytorch2.1.0' },
      ['baseFramework: Expected none: only images of huggingface have a base framework'],
    ],
    ['a Python of another spelling', { framework: 'pytorch', version: '2.6.0', python: '3.10' }, ['python: Expected a Python version such as py310']],
    // The delivery has them.
    ['a region', { framework: 'pytorch', version: '2.6.0', region: 'eu-west-1' }, ['unknown: region']],
    ['an instance type', { framework: 'pytorch', version: '2.6.0', instanceType: 'ml.m5.large' }, ['unknown: instanceType']],
  ])('refuses %s', (_what, spec, flaws) => expect(issues(spec)).toEqual(flaws));
});

describe('nearestVersion()', () => {
  const known = ['1.9.1', '1.13.1', '2.0.0', '2.0.1', '2.10.0', '2.12.0'];
  test.each([
    ['2.0.9', '2.0.1'],
    ['2.9', '2.10.0'],
    ['2.11', '2.12.0'], // As far from 2.10: the newer.
    ['2', '2.12.0'],
    ['1.10.0', '1.9.1'],
    ['9.9.9', '2.12.0'],
    ['latest', undefined],
  ])('of %s is %s', (asked, expected) => expect(nearestVersion(asked, known)).toBe(expected));
});
