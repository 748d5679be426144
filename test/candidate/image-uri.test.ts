import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chooseImage, type ImageChoice, type ImageRequest } from '../../src/candidate/image-uri.ts';
import { type ImageLeaf, imageData } from '../../src/candidate/image-uri-data.ts';
import { type ImageField, NoSuchImage } from '../../src/candidate/image-uri-refusal.ts';
import file from './image-uri-vectors.json' with { type: 'json' };

/** A request in the words of the SageMaker Python SDK. */
interface Vector {
  readonly framework: string;
  readonly region: string;
  readonly version: string;
  readonly pyVersion?: string;
  readonly instanceType?: string;
  readonly scope?: string;
  readonly baseFramework?: string;
  readonly accelerator?: string;
  readonly serverless?: boolean;
  readonly distribution?: { readonly smdistributed?: object };
}

const requestOf = ({ pyVersion, distribution, ...rest }: Vector): ImageRequest => ({
  ...rest,
  python: pyVersion,
  smdistributed: distribution?.smdistributed !== undefined,
});

function refusal(request: ImageRequest): NoSuchImage | ImageChoice {
  try {
    return chooseImage(request);
  } catch (error) {
    if (error instanceof NoSuchImage) return error;
    throw error;
  }
}

/** The SDK's words for what it refuses, and ours for which word has to change. */
const fields: Readonly<Record<string, ImageField>> = {
  region: 'region',
  version: 'version',
  'Python version': 'python',
  processor: 'instanceType',
  'instance type': 'instanceType',
  p2: 'instanceType',
  'image scope': 'scope',
  'base framework': 'baseFramework',
};

describe('chooseImage()', () => {
  test('is held against every answer of the SDK that was kept', () => expect([file.vectors.length, file.rejects.length]).toEqual([50, 12]));

  test.each(file.vectors)('$id: $note', ({ in: input, uri }) => expect(chooseImage(requestOf(input)).uri).toBe(uri));

  test.each(file.rejects)('$id refuses: $note', ({ in: input, rejectedFor }) =>
    expect(refusal(requestOf(input))).toMatchObject({ name: 'BadRequest', field: fields[rejectedFor] }),
  );

  const pytorch: ImageRequest = { framework: 'pytorch', region: 'eu-west-1', version: '2.6', instanceType: 'ml.g5.xlarge', scope: 'inference' };

  test.each<[string, Partial<ImageRequest>, string]>([
    ['a framework', { framework: 'pytroch' }, 'no images are known of "pytroch"; known are tensorflow, pytorch, mxnet'],
    ['the nearest framework', { framework: 'pytroch' }, 'nearest is pytorch'],
    ['a framework every object has', { framework: 'constructor' }, 'no images are known of "constructor"'],
    ['a version', { version: '2.7' }, 'pytorch for inference has no version "2.7"; known are 1.11.0, 1.12.0'],
    ['how many versions are not listed', { version: '2.7' }, '2.6.0 and 15 earlier; nearest is 2.6.0'],
    ['a version every object has', { version: 'toString' }, 'no version "toString"'],
    ['a Python', { python: 'py39' }, 'pytorch 2.6 for inference has no image for Python "py39"; known is py312'],
    ['several Pythons', { version: '1.4.0' }, 'has images for several Pythons; name one in "python"; known are py3, py36'],
    ['a scope', { scope: 'inferense' }, 'has no image for "inferense"; known are eia, inference, inference_graviton, training; nearest is inference'],
    ['a region', { region: 'eu-west-9' }, 'pytorch-inference is in no account known for region "eu-west-9"; known are af-south-1'],
    ['the nearest region', { region: 'us-gov-wst-1' }, 'nearest is us-gov-west-1'],
    ['Neuron', { instanceType: 'ml.trn1.32xlarge' }, 'the Neuron images of pytorch are not among those known'],
    ['Trainium', { framework: 'tensorflow', instanceType: 'ml.trn1.32xlarge' }, 'tensorflow does not run on Trainium'],
    ['Inferentia', { framework: 'tensorflow', version: '2.6.3', instanceType: 'ml.inf1.xlarge' }, 'needs an image for inf; known are cpu, gpu'],
    ['p2', { version: '1.13', instanceType: 'ml.p2.xlarge' }, 'pytorch 1.13 and later does not run on p2'],
    [
      'no base framework',
      { framework: 'huggingface', version: '4.37.0' },
      'huggingface 4.37.0 for inference needs a baseFramework; known is pytorch2.1.0',
    ],
  ])('names %s it refuses', (_what, part, text) => {
    expect(refusal({ ...pytorch, ...part })).toHaveProperty('message', expect.stringContaining(text));
  });

  test('answers with the only version there is, and says so', () => {
    const graviton = { framework: 'sklearn', region: 'us-west-2', version: '1.2-1', instanceType: 'ml.c6g.large' };
    expect(chooseImage(graviton)).toMatchObject({ version: '1.0-1', scope: 'inference_graviton' });
  });

  test('takes p2 for versions before the one that no longer runs there, part by part and not as text', () => {
    const onP2 = { ...pytorch, instanceType: 'ml.p2.xlarge', python: 'py38' };
    expect(chooseImage({ ...onP2, version: '1.9' }).processor).toBe('gpu');
    expect(refusal({ ...pytorch, instanceType: 'ml.p2.xlarge', version: '2.0.0' })).toMatchObject({ field: 'instanceType' });
  });
});

/** Digits, `.dkr.ecr.`, a region, a dot-separated suffix, `/`, name and tag: what the SDK takes for an image in ECR. */
const ecr = /^\d{12}\.dkr\.ecr\.[a-z]+(-[a-z]+)+-\d+(\.[a-z0-9-]+){2,4}\/[a-z0-9-]+:[A-Za-z0-9][\w.-]*$/;

/** Every image of the data, as a request without a region. */
function* everyImage(): Generator<{ readonly leaf: ImageLeaf; readonly request: Omit<ImageRequest, 'region'> }> {
  for (const [framework, { scopes, sharedScopes }] of Object.entries(imageData.frameworks)) {
    for (const [scope, table] of Object.entries(scopes)) {
      for (const [version, entry] of Object.entries(table.versions)) {
        const onBase = 'base' in entry ? Object.entries(entry.base) : [[undefined, entry] as const];
        for (const [baseFramework, image] of onBase) {
          const pythons = 'byPy' in image ? Object.entries(image.byPy) : (image.py ?? [undefined]).map((python) => [python, image] as const);
          for (const [python, leaf] of pythons) {
            for (const processor of table.processors ?? leaf.processors ?? ['cpu']) {
              const instanceType = scope === 'inference_graviton' ? 'ml.m6g.large' : processor === 'gpu' ? 'ml.g5.xlarge' : 'ml.m5.large';
              yield {
                leaf,
                request: {
                  framework,
                  version,
                  python,
                  baseFramework,
                  instanceType,
                  ...(scope === 'eia' ? { accelerator: 'ml.eia2.medium' } : { scope: sharedScopes?.[0] ?? scope }),
                },
              };
            }
          }
        }
      }
    }
  }
}

describe('imageData', () => {
  const images = [...everyImage()];

  test('gives every image an address in ECR, in every region of its accounts', () => {
    let addresses = 0;
    for (const { leaf, request } of images) {
      const accounts = Object.entries(imageData.accountSets[leaf.accounts] ?? {});
      expect(accounts.length, leaf.accounts).toBeGreaterThan(0);
      for (const [region, account] of accounts) {
        const { uri } = chooseImage({ ...request, region });
        if (!ecr.test(uri) || !uri.startsWith(`${account}.dkr.ecr.${region}.`) || !uri.includes(`/${leaf.repo}:`)) expect(uri).toMatch(ecr);
        addresses++;
      }
    }
    expect(addresses).toBeGreaterThan(10_000);
  });

  test('has partitions that do not overlap', () => {
    for (const region of new Set(Object.values(imageData.accountSets).flatMap((accounts) => Object.keys(accounts)))) {
      expect(imageData.partitions.filter(({ regionRegex }) => new RegExp(regionRegex).test(region)).length, region).toBe(1);
    }
  });

  test('has aliases of versions that are there', () => {
    for (const { scopes } of Object.values(imageData.frameworks)) {
      for (const { aliases = {}, versions } of Object.values(scopes)) {
        expect(Object.values(aliases).filter((version) => !Object.hasOwn(versions, version))).toEqual([]);
        for (const entry of Object.values(versions)) {
          if ('base' in entry) expect(Object.values(entry.baseAliases).filter((base) => !Object.hasOwn(entry.base, base))).toEqual([]);
        }
      }
    }
  });

  test('refuses in words whatever is asked, and never another way', () => {
    const known = fc.constantFrom(...images.map(({ request }) => request));
    const region = fc.constantFrom('us-east-1', 'cn-north-1', 'us-iso-east-1', 'eu-south-9');
    const word = fc.oneof(
      fc.string(),
      fc.constantFrom('constructor', '__proto__', 'training', 'inference', '2.10', 'py3', 'ml.p4d.24xlarge', 'ml.m6g.large'),
    );
    const changed = fc.record(
      { framework: word, version: word, python: word, instanceType: word, scope: word, baseFramework: word },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(known, region, changed, (request, region, change) => {
        const answer = refusal({ ...request, region, ...change });
        if (answer instanceof NoSuchImage) expect(answer.message).not.toMatch(/undefined|\[object/);
        else expect(answer.uri).toMatch(ecr);
      }),
    );
  });
});
