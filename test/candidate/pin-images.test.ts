import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { build } from '../../src/candidate/build.ts';
import { checkImage } from '../../src/candidate/check-image.ts';
import { createModel } from '../../src/candidate/create-model.ts';
import { trainingRequestOf } from '../../src/candidate/training-request.ts';
import { specOf } from '../../src/rollout/load.ts';
import { digestOf, imageOf } from '../rollout/fixture.ts';
import { blobServer, docker, fromSource, id, type Making, making } from './world.ts';

let server: Awaited<ReturnType<typeof blobServer>>;
beforeAll(async () => {
  server = await blobServer();
});
afterAll(() => server.close());

const registry = '111122223333.dkr.ecr.eu-west-1.amazonaws.com';
const theirs = '444455556666.dkr.ecr.eu-west-1.amazonaws.com';
const serve = { endpoint: 'churn', instanceType: 'ml.m5.large' };
const pushed = { build: { repository: 'models/churn' }, triggers: [{ type: 'bundle-uploaded' as const, bucket: 'models', key: '*' }] };
const train = { instanceType: 'ml.m5.large', channels: {} };
const trained = { ...train, image: `${registry}/trainer:v1` };
const features = { before: [{ image: `${registry}/features:v1` }] };

/** A delivery that names images beside its own, which are in the registry under these tags. */
async function naming(over: Parameters<typeof making>[0], tags: Record<string, string> = {}, begun?: Parameters<typeof making>[1]): Promise<Making> {
  const m = await making({ ...pushed, ...over }, begun ?? fromSource(), (digest) => server.address(digest));
  for (const [name, letter] of Object.entries(tags)) {
    m.tags.set(name, digestOf(letter));
    put(m, letter);
  }
  return m;
}
function put(m: Making, letter: string, architecture = 'amd64', Entrypoint: string[] = ['python', 'main.py']): void {
  const config = digestOf(letter).replace(/.$/, '0');
  // As AWS asks of each of several in one model.
  const Labels = letter === 'c' ? {} : { 'com.amazonaws.sagemaker.capabilities.accept-bind-to-port': 'true' };
  server.blobs.set(config, JSON.stringify({ os: 'linux', architecture, config: { Entrypoint, Labels }, rootfs: { type: 'layers', diff_ids: [] } }));
  const manifest = { schemaVersion: 2, mediaType: docker, config: { digest: config }, layers: [{ size: 1000 }] };
  m.images.set(digestOf(letter), { manifest, mediaType: docker });
}
const named = async (m: Making) => (await m.now()).candidate.named;
const pinnedTo = (repository: string, letter: string) => `${registry}/${repository}@${digestOf(letter)}`;
/** The build has finished; what it pushed is in the registry. */
async function built(m: Making): Promise<void> {
  Object.assign(m.builds[0] ?? {}, { buildStatus: 'SUCCEEDED' });
  m.tags.set(`models/churn:${id}`, digestOf('b'));
  put(m, 'b');
  await build(id, m.s.ports);
}
const whole = { train: trained, serve: { ...serve, pipeline: features } };
const tags = { 'trainer:v1': 'c', 'features:v1': 'd' };

describe('pinImages()', () => {
  test('writes down before the build which digest each image has that the delivery names', async () => {
    const m = await naming(whole, tags);
    await build(id, m.s.ports);
    expect(await named(m)).toEqual({
      train: { asNamed: `${registry}/trainer:v1`, uri: pinnedTo('trainer', 'c') },
      'before[0]': { asNamed: `${registry}/features:v1`, uri: pinnedTo('features', 'd') },
    });
    const kinds = await m.s.kinds();
    expect(kinds.indexOf('images-pinned')).toBeGreaterThanOrEqual(0);
    expect(kinds.indexOf('images-pinned')).toBeLessThan(kinds.indexOf('build-asked'));
    await build(id, m.s.ports);
    expect((await m.s.kinds()).filter((kind) => kind === 'images-pinned')).toHaveLength(1);
  });

  test('a tag that moves while the rollout builds moves nothing of it', async () => {
    const m = await naming(whole, tags);
    await build(id, m.s.ports);
    for (const name of Object.keys(tags)) m.tags.set(name, digestOf('e'));
    put(m, 'e');
    await built(m);
    const rollout = await m.now();
    const spec = await specOf(rollout, m.s.ports);
    if (!spec.train) throw new Error('Nothing to train');
    expect(trainingRequestOf(rollout, { ...spec, train: spec.train }, m.s.ports.settings).imageUri).toBe(pinnedTo('trainer', 'c'));
    await createModel(id, m.s.ports);
    expect(m.asked('CreateModel')).toMatchObject([{ Containers: [{ Image: pinnedTo('features', 'd') }, { Image: imageOf('b') }] }]);
  });

  test.each<[string, Parameters<typeof making>[0], RegExp]>([
    ['nobody pushed', { train: trained }, /^Cannot pin image ".*\/trainer:v1" \(train of the delivery\): its registry has no such image; push it/],
    [
      'AWS does not publish',
      { train: { ...train, script: { entryPoint: 't.py', source: 's3://b/s.tar.gz' }, prebuilt: { framework: 'sklearn', version: '9.9' } } },
      /sklearn 9\.9 for training .* nearest is 1\.4-2/,
    ],
  ])('an image that %s ends the rollout before anything is built', async (_, over, text) => {
    const m = await naming(over);
    expect((await build(id, m.s.ports)).answer).toBe('failed');
    expect((await m.now()).ending).toMatchObject({ outcome: 'Rejected', reason: 'image-unknown', text: expect.stringMatching(text) as string });
    expect(m.asked('StartBuild')).toEqual([]);
  });

  test('an image of another account is pinned where its registry lets us read, and ends the rollout with AWS’s words where not', async () => {
    const m = await naming({ train: { ...train, image: `${theirs}/trainer:v1` } }, { 'trainer:v1': 'c' });
    m.refusals.set('BatchGetImage', ['AccessDeniedException', 'not authorized to perform: ecr:BatchGetImage']);
    await build(id, m.s.ports);
    expect((await m.now()).ending?.text).toMatch(/not authorized to perform: ecr:BatchGetImage; push it, let Sluice read it/);
    const read = await naming({ train: { ...train, image: `${theirs}/trainer:v1` } }, { 'trainer:v1': 'c' });
    await build(id, read.s.ports);
    expect(await named(read)).toMatchObject({ train: { uri: `${theirs}/trainer@${digestOf('c')}` } });
  });

  test.each<[string, Record<string, string>, string]>([
    ['pinned where the registry answers', { 'sagemaker-scikit-learn:1.2-1-cpu-py3': 'c' }, `@${digestOf('c')}`],
    ['kept by its tag where it does not, and the record says so', {}, ':1.2-1-cpu-py3'],
  ])('what AWS publishes is %s', async (_, published, ending) => {
    const prebuilt = { framework: 'sklearn' as const, version: '1.2-1' };
    const script = { entryPoint: 't.py', source: 's3://b/s.tar.gz' };
    const m = await naming({ train: { ...train, script, prebuilt } }, published);
    await build(id, m.s.ports);
    const uri = `141502667606.dkr.ecr.eu-west-1.amazonaws.com/sagemaker-scikit-learn${ending}`;
    expect(await named(m)).toMatchObject({ train: { uri } });
    const entry = (await m.s.w.rollouts.ledger(id)).find(({ kind }) => kind === 'images-pinned');
    expect(entry?.text.includes('by its tag: its registry does not say which digest that is')).toBe(Object.keys(published).length === 0);
    await built(m);
    expect((await checkImage(id, m.s.ports)).answer).toBe('fit');
  });

  test.each<[string, Parameters<typeof making>[1]]>([
    ['a version of the model registry', { candidate: { packageArn: 'arn:aws:sagemaker:eu-west-1:111122223333:model-package/churn/1' } }],
    ['what served before', { candidate: { images: [imageOf('b')], containers: [{ imageUri: imageOf('b'), environment: {} }] } }],
  ])('%s has the images it had: nothing is pinned', async (_, begun) => {
    const m = await naming({ train: trained }, {}, begun);
    expect((await build(id, m.s.ports)).answer).toBe('skipped');
    expect(await named(m)).toBeUndefined();
  });
});

describe('checkImage() of images the delivery names', () => {
  const checked = async (over: Parameters<typeof making>[0], spoil: (m: Making) => void) => {
    const m = await naming(over, tags);
    await build(id, m.s.ports);
    await built(m);
    spoil(m);
    return { m, answer: (await checkImage(id, m.s.ports)).answer, ending: (await m.now()).ending };
  };

  test('each is looked at once, after the candidate’s own', async () => {
    const { m, answer } = await checked(whole, () => {});
    expect(answer).toBe('fit');
    expect((await checkImage(id, m.s.ports)).answer).toBe('skipped');
    const texts = (await m.s.w.rollouts.ledger(id)).filter(({ kind }) => kind === 'image-checked').map(({ text }) => text);
    expect(texts).toEqual([
      `${imageOf('b')} is fit to be used`,
      `${pinnedTo('trainer', 'c')} (train of the delivery) is fit to be used`,
      `${pinnedTo('features', 'd')} (before[0] of the delivery) is fit to be used`,
    ]);
  });

  test.each<[string, (m: Making) => void, string, RegExp]>([
    ['for another processor', (m) => put(m, 'c', 'arm64'), 'image-unfit', /built for arm64.*\(train of the delivery\)/],
    [
      'that swallows the word serve',
      (m) => put(m, 'd', 'amd64', ['/bin/sh', '-c', 'serve']),
      'image-unfit',
      /shell-form.*\(before\[0\] of the delivery\)/,
    ],
    ['that was deleted since', (m) => m.images.delete(digestOf('c')), 'image-gone', /trainer@sha256:c+" \(train of the delivery\)/],
  ])('one %s is refused by its place', async (_, spoil, reason, text) => {
    const { ending } = await checked(whole, spoil);
    expect(ending).toMatchObject({ outcome: 'Rejected', reason, text: expect.stringMatching(text) as string });
  });

  test('an index becomes the image its instances need, and that is what is trained with', async () => {
    const { m } = await checked({ train: trained }, (making) => {
      put(making, 'f');
      making.images.set(digestOf('c'), {
        mediaType: 'application/vnd.oci.image.index.v1+json',
        manifest: { schemaVersion: 2, manifests: [{ digest: digestOf('f'), platform: { os: 'linux', architecture: 'amd64' } }] },
      });
    });
    expect(await named(m)).toMatchObject({ train: { uri: pinnedTo('trainer', 'f'), indexUri: pinnedTo('trainer', 'c'), checked: true } });
  });

  test('the account’s own are signed and scanned as the delivery asks; findings of all are asked about together', async () => {
    const image = { signature: {}, scan: { severity: 'HIGH' as const, onFindings: 'ask' as const } };
    const { m, answer } = await checked({ ...whole, image }, (making) => {
      for (const letter of ['b', 'c']) {
        making.referrers.set(digestOf(letter), ['application/vnd.dev.cosign.artifact.sig.v1+json']);
        making.scans.set(digestOf(letter), { status: 'COMPLETE', counts: { HIGH: 1 } });
      }
    });
    expect(answer).toBe('waiting');
    const texts = async () => (await m.s.w.rollouts.ledger(id)).map(({ text }) => text);
    expect((await texts()).at(-1)).toMatch(/^waits for its signature \(before\[0\] of the delivery\)/);
    m.referrers.set(digestOf('d'), ['application/vnd.dev.cosign.artifact.sig.v1+json']);
    m.scans.set(digestOf('d'), { status: 'COMPLETE', counts: { HIGH: 2, LOW: 9 } });
    expect((await checkImage(id, m.s.ports)).answer).toBe('fit');
    expect((await m.now()).candidate.findings).toEqual({ HIGH: 4 });
  });

  test('one of another account is looked at as far as its registry tells, and neither signed nor scanned here', async () => {
    const image = { signature: {}, scan: { severity: 'HIGH' as const } };
    const m = await naming({ image, train: { ...train, image: `${theirs}/trainer:v1` } }, { 'trainer:v1': 'c' });
    await build(id, m.s.ports);
    await built(m);
    m.referrers.set(digestOf('b'), ['application/vnd.dev.cosign.artifact.sig.v1+json']);
    m.scans.set(digestOf('b'), { status: 'COMPLETE' });
    expect((await checkImage(id, m.s.ports)).answer).toBe('fit');
  });
});
