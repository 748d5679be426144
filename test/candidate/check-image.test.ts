import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkImage } from '../../src/candidate/check-image.ts';
import { askForRollout } from '../../src/rollout/ask-person.ts';
import * as z from 'zod/mini';
import { keys } from '../../src/rollout/keys.ts';
import { signal } from '../../src/rollout/signal.ts';
import { SignalEvent, toSignal } from '../../src/rollout/signals.ts';
import { wait } from '../../src/rollout/wait.ts';
import { digestOf, imageOf, noonMs } from '../rollout/fixture.ts';
import { blobServer, docker, fromSource, id, type Making, making } from './world.ts';

const ociIndex = 'application/vnd.oci.image.index.v1+json';
const cosign = 'application/vnd.dev.cosign.artifact.sig.v1+json';
let server: Awaited<ReturnType<typeof blobServer>>;
beforeAll(async () => {
  server = await blobServer();
});
afterAll(() => server.close());

/** Puts an image into the registry: fit to be used, but for what is said. */
function put(m: Making, letter: string, over: { mediaType?: string; manifest?: object; architecture?: string; Entrypoint?: string[] } = {}): void {
  const config = digestOf(letter).replace(/.$/, '0');
  const { mediaType = docker, architecture = 'amd64', Entrypoint = ['python', '/opt/program/serve.py'] } = over;
  server.blobs.set(config, JSON.stringify({ os: 'linux', architecture, config: { Entrypoint }, rootfs: { type: 'layers', diff_ids: [] } }));
  const manifest = over.manifest ?? { schemaVersion: 2, mediaType, config: { digest: config }, layers: [{ size: 1000 }, { size: 24 }] };
  m.images.set(digestOf(letter), { manifest, mediaType });
}
async function looked(image: object = {}, over: { delivery?: Parameters<typeof making>[0]; put?: Parameters<typeof put>[2] } = {}) {
  const m = await making({ ...over.delivery, image }, {}, (digest) => server.address(digest));
  put(m, 'b', over.put);
  return m;
}
const check = async (m: Making) => (await checkImage(id, m.s.ports)).answer;

describe('checkImage()', () => {
  test('finds an image fit, once, by its manifest and its configuration', async () => {
    const m = await looked();
    expect([await check(m), await check(m)]).toEqual(['fit', 'skipped']);
    expect(m.asked('BatchGetImage')).toEqual([
      {
        registryId: '111122223333',
        repositoryName: 'models/churn',
        imageIds: [{ imageDigest: digestOf('b') }],
        acceptedMediaTypes: expect.arrayContaining([docker, ociIndex]) as string[],
      },
    ]);
    expect((await m.now()).candidate).toMatchObject({ imageChecked: true, images: [imageOf('b')] });
    expect((await m.s.w.rollouts.ledger(id)).at(-1)).toMatchObject({ kind: 'image-checked', evidence: { sizeBytes: 1024 } });
  });

  test.each<[string, Parameters<typeof put>[2], RegExp]>([
    ['in OCI’s format', { mediaType: 'application/vnd.oci.image.manifest.v1+json' }, /Unsupported manifest media type .*\(CC-03\)/],
    ['for another processor', { architecture: 'arm64' }, /built for arm64, and ml\.m5\.large is amd64.*\(CC-01\)/],
    ['that swallows the word serve', { Entrypoint: ['/bin/sh', '-c', 'python serve.py'] }, /shell-form ENTRYPOINT/],
  ])('refuses an image %s, before anything is trained or served with it', async (_, image, text) => {
    const m = await looked({}, { put: image });
    expect(await check(m)).toBe('refused');
    expect((await m.now()).ending).toMatchObject({ outcome: 'Rejected', reason: 'image-unfit', text: expect.stringMatching(text) as string });
  });

  test('an image that only trains is judged by the instances it trains on', async () => {
    const serve = { endpoint: 'churn', instanceType: 'ml.c7g.large', image: imageOf('d') };
    const m = await looked({}, { delivery: { serve, train: { instanceType: 'ml.m5.large', channels: {} } } });
    expect(await check(m)).toBe('fit');
  });

  test('an image that is gone is refused by name', async () => {
    const m = await looked();
    m.images.clear();
    expect(await check(m)).toBe('refused');
    expect((await m.now()).ending).toMatchObject({ reason: 'image-gone', text: `image "${imageOf('b')}" is not in the registry any more` });
  });

  const index = (...platforms: [string, string][]) => ({
    mediaType: ociIndex,
    manifest: {
      schemaVersion: 2,
      mediaType: ociIndex,
      manifests: [
        ...platforms.map(([architecture, letter]) => ({ digest: digestOf(letter), platform: { os: 'linux', architecture } })),
        {
          digest: digestOf('e'),
          platform: { os: 'unknown', architecture: 'unknown' },
          annotations: { 'vnd.docker.reference.type': 'attestation-manifest' },
        },
      ],
    },
  });

  test('an index becomes the image of the platform the instance needs', async () => {
    const m = await looked({}, { put: index(['amd64', 'c'], ['arm64', 'd']) });
    put(m, 'c');
    expect(await check(m)).toBe('fit');
    expect((await m.now()).candidate).toMatchObject({ images: [imageOf('c')], imageChecked: true });
    expect((await m.s.w.rollouts.ledger(id)).find(({ text }) => text.includes('is an index'))?.text).toBe(
      `${imageOf('b')} is an index; of it linux/amd64: ${imageOf('c')}`,
    );
  });

  test('an index without it is refused, with what there is', async () => {
    const m = await looked({}, { put: index(['arm64', 'd']) });
    expect(await check(m)).toBe('refused');
    expect((await m.now()).ending).toMatchObject({
      reason: 'image-for-other-platform',
      text: expect.stringContaining('it has linux/arm64') as string,
    });
  });

  test.each([
    ['of the image itself', 'c'],
    ['of the index that was pushed: it names the image by digest', 'b'],
  ])('a signature %s is enough', async (_, letter) => {
    const m = await looked({ signature: {} }, { put: index(['amd64', 'c']) });
    put(m, 'c');
    expect(await check(m)).toBe('waiting');
    m.referrers.set(digestOf(letter), [cosign]);
    expect(await check(m)).toBe('fit');
  });

  test.each(['application/vnd.cncf.notary.signature', 'application/vnd.dev.sigstore.bundle.v0.3+json', 'application/vnd.in-toto+json'])(
    'takes %s for a signature or an attestation',
    async (artifactType) => {
      const m = await looked({ signature: {} });
      m.referrers.set(digestOf('b'), [artifactType]);
      expect(await check(m)).toBe('fit');
    },
  );

  test('takes a tag made of the digest as well, as Cosign wrote them before registries knew referrers', async () => {
    const m = await looked({ signature: {} });
    m.tags.set(`models/churn:sha256-${'b'.repeat(64)}.sig`, digestOf('9'));
    expect(await check(m)).toBe('fit');
  });

  test('takes no list of what is inside for a signature: it vouches for nothing', async () => {
    const m = await looked({ signature: {} });
    m.referrers.set(digestOf('b'), ['application/spdx+json', 'application/vnd.cyclonedx+json']);
    expect(await check(m)).toBe('waiting');
  });

  test('waits for a signature until its time is over, and says so once', async () => {
    const m = await looked({ signature: { within: '10m' } });
    expect([await check(m), await check(m)]).toEqual(['waiting', 'waiting']);
    expect((await m.s.w.rollouts.ledger(id)).filter(({ text }) => text === 'waits for its signature, until 2026-11-22T12:10:00.000Z')).toHaveLength(
      1,
    );
    m.s.clock.ms = noonMs + 10 * 60_000 - 1;
    expect(await check(m)).toBe('waiting');
    m.s.clock.ms = noonMs + 10 * 60_000;
    expect(await check(m)).toBe('refused');
    expect((await m.now()).ending).toEqual({
      outcome: 'Rejected',
      reason: 'image-not-signed',
      text: 'its signature did not come by 2026-11-22T12:10:00.000Z',
      page: false,
    });
  });

  test.each<[string, { status: string } | undefined, string]>([
    ['is not scanned', undefined, 'none'],
    ['is being scanned', { status: 'IN_PROGRESS' }, 'IN_PROGRESS'],
    ['could not be scanned', { status: 'UNSUPPORTED_IMAGE' }, 'UNSUPPORTED_IMAGE'],
  ])('an image that %s waits, and is refused with what ECR says once the time is over', async (_, scan, status) => {
    const m = await looked({ scan: { severity: 'HIGH' } });
    if (scan) m.scans.set(digestOf('b'), scan);
    expect(await check(m)).toBe('waiting');
    m.s.clock.ms += 15 * 60_000;
    expect(await check(m)).toBe('refused');
    expect((await m.now()).ending).toMatchObject({
      outcome: 'Rejected',
      reason: 'image-not-scanned',
      text: `its scan did not come by 2026-11-22T12:15:00.000Z (its status is ${status})`,
    });
  });

  /** What EventBridge delivers, through the function that hears it. */
  const hear = (m: Making, event: object) =>
    signal(toSignal(z.parse(SignalEvent, { id: 'e', time: new Date(noonMs + 1000).toISOString(), ...event })), m.s.ports);
  const scanEvent = (letter: string) => ({
    'detail-type': 'ECR Image Scan',
    detail: { 'scan-status': 'COMPLETE', 'repository-name': 'models/churn', 'image-digest': digestOf(letter) },
  });
  const pushEvent = (tag?: string, repository = 'models/churn') => ({
    'detail-type': 'ECR Image Action',
    detail: {
      result: 'SUCCESS',
      'action-type': 'PUSH',
      'repository-name': repository,
      'image-digest': digestOf('9'),
      ...(tag !== undefined && { 'image-tag': tag }),
    },
  });

  test.each<[string, object, number]>([
    ['its scan', scanEvent('c'), 1],
    ['a signature under a tag of its digest', pushEvent(`sha256-${'c'.repeat(64)}.sig`), 1],
    ['a signature under a tag of its index', pushEvent(`sha256-${'b'.repeat(64)}.sig`), 1],
    ['a push without a tag, which may be a signature', pushEvent(), 1],
    ['the scan of another image', scanEvent('d'), 0],
    ['a signature of another image', pushEvent(`sha256-${'d'.repeat(64)}.sig`), 0],
    ['a push to another repository', pushEvent(undefined, 'models/other'), 0],
  ])('%s wakes a rollout that waits for it, and no other; once looked at it is no news', async (_, event, wakes) => {
    const m = await looked({ signature: {}, scan: { severity: 'HIGH' } }, { put: index(['amd64', 'c']) });
    put(m, 'c');
    expect(await check(m)).toBe('waiting');
    await wait(id, 'image', 'token-1', m.s.ports);
    await hear(m, event);
    expect(m.asked('SendTaskSuccess')).toHaveLength(wakes);
    expect(await check(m)).toBe('waiting');
    await wait(id, 'image', 'token-2', m.s.ports);
    expect(m.asked('SendTaskSuccess')).toHaveLength(wakes);
  });

  test('what comes between a look and the wait after it is not lost', async () => {
    const m = await looked({ scan: { severity: 'HIGH' } });
    expect(await check(m)).toBe('waiting');
    await hear(m, scanEvent('b'));
    await wait(id, 'image', 'token-1', m.s.ports);
    expect(m.asked('SendTaskSuccess')).toHaveLength(1);
  });

  test('what came before anybody listened is seen: the first look is made twice', async () => {
    const m = await looked({ scan: { severity: 'HIGH' } });
    const watch = (...watched: Parameters<typeof m.s.ports.rollouts.watch>) => {
      // The scan is over, and its event reached nobody, just as the rollout begins to listen.
      m.scans.set(digestOf('b'), { status: 'COMPLETE', counts: {} });
      return m.s.ports.rollouts.watch(...watched);
    };
    expect((await checkImage(id, { ...m.s.ports, rollouts: { ...m.s.ports.rollouts, watch } })).answer).toBe('fit');
  });

  test('listens no longer once the image is fit', async () => {
    const m = await looked({ scan: { severity: 'HIGH' } });
    expect(await check(m)).toBe('waiting');
    expect(await m.s.w.rollouts.watchersOf(keys.image(digestOf('b')))).toEqual([id]);
    m.scans.set(digestOf('b'), { status: 'COMPLETE', counts: {} });
    expect(await check(m)).toBe('fit');
    expect(await m.s.w.rollouts.watchersOf(keys.image(digestOf('b')))).toEqual([]);
    expect((await m.now()).watching).toEqual([]);
  });

  test('waits no longer than there is time', async () => {
    const m = await looked({ scan: { severity: 'HIGH', within: '15m' } });
    const seconds = async () => (await checkImage(id, m.s.ports)).waitSeconds;
    expect(await seconds()).toBe(300);
    m.s.clock.ms = noonMs + 13 * 60_000;
    expect(await seconds()).toBe(120);
    m.s.clock.ms = noonMs + 15 * 60_000 - 1;
    expect(await seconds()).toBe(1);
  });

  test.each([
    ['HIGH', { CRITICAL: 1, HIGH: 2, MEDIUM: 9, INFORMATIONAL: 40 }, /found 1 CRITICAL, 2 HIGH$/],
    ['CRITICAL', { CRITICAL: 1, HIGH: 2 }, /found 1 CRITICAL$/],
    ['LOW', { LOW: 3 }, /found 3 LOW$/],
  ])('from severity %s on, what the scan found is refused with its numbers', async (severity, counts, text) => {
    const m = await looked({ scan: { severity } });
    m.scans.set(digestOf('b'), { status: 'COMPLETE', counts });
    expect(await check(m)).toBe('refused');
    expect((await m.now()).ending).toMatchObject({ outcome: 'Rejected', reason: 'vulnerable', text: expect.stringMatching(text) as string });
  });

  test.each<[string, Record<string, number>]>([
    ['nothing', {}],
    ['less than counts', { MEDIUM: 12, LOW: 3, UNDEFINED: 1 }],
    ['none of what counts', { CRITICAL: 0, HIGH: 0 }],
  ])('a scan that found %s lets an image pass, under enhanced scanning too', async (_, counts) => {
    const m = await looked({ scan: { severity: 'HIGH' } });
    m.scans.set(digestOf('b'), { status: 'ACTIVE', counts });
    expect(await check(m)).toBe('fit');
    expect((await m.now()).candidate).not.toHaveProperty('findings');
  });

  test.each<[string, object]>([
    ['nobody else would be asked', {}],
    ['silence would be a yes', { approval: { onExpiry: 'approve', expires: '1h' } }],
  ])('findings a person is asked about, where %s: silence never lets them pass', async (_, approval) => {
    const m = await looked({ scan: { severity: 'HIGH', onFindings: 'ask' } }, { delivery: approval });
    m.scans.set(digestOf('b'), { status: 'COMPLETE', counts: { HIGH: 2 } });
    expect(await check(m)).toBe('fit');
    expect((await m.now()).candidate.findings).toEqual({ HIGH: 2 });
    expect((await askForRollout(id, m.s.ports)).answer).toBe('waiting');
    expect((await m.now()).approval).toMatchObject({ for: 'rollout', onExpiry: 'reject' });
    m.s.clock.ms += 25 * 3_600_000;
    expect((await askForRollout(id, m.s.ports)).answer).toBe('refused');
    expect((await m.now()).ending).toMatchObject({ outcome: 'Rejected', reason: 'approval-expired' });
  });

  test('findings pass with a person’s yes', async () => {
    const m = await looked({ scan: { severity: 'HIGH', onFindings: 'ask' } });
    m.scans.set(digestOf('b'), { status: 'COMPLETE', counts: { HIGH: 2 } });
    await check(m);
    await askForRollout(id, m.s.ports);
    const answers = { for: 'rollout' as const, imageDigest: digestOf('b'), revision: (await m.now()).revision };
    const act = { kind: 'approve' as const, by: 'ana', answers };
    await m.s.w.rollouts.post(id, { id: 'yes', key: keys.acts(id), atMs: noonMs + 1, text: 'approve', act });
    expect((await askForRollout(id, m.s.ports)).answer).toBe('approved');
  });

  test('aborted: nothing is looked at, and the wait for the rest is over', async () => {
    const m = await looked({ signature: {} });
    await check(m);
    await wait(id, 'image', 'token-1', m.s.ports);
    expect(m.asked('SendTaskSuccess')).toEqual([]);
    await m.s.w.rollouts.post(id, { id: 'a', key: keys.acts(id), atMs: noonMs, text: 'abort', act: { kind: 'abort', by: 'ana' } });
    await wait(id, 'image', 'token-2', m.s.ports);
    expect(m.asked('SendTaskSuccess')).toHaveLength(1);
    expect(await check(m)).toBe('refused');
    expect((await m.now()).ending).toMatchObject({ outcome: 'Rejected', reason: 'aborted' });
  });

  test.each([
    ['asks for a signature', { signature: {} }, 'refused', 'image-not-looked-at'],
    ['asks for a scan', { scan: { severity: 'HIGH' as const } }, 'refused', 'image-not-looked-at'],
    ['asks for neither', {}, 'skipped', undefined],
  ])('of a version of the model registry, where the delivery %s: %s, %s', async (_, image, answer, reason) => {
    const m = await making({ image }, { candidate: { packageArn: 'arn' } });
    expect(await check(m)).toBe(answer);
    expect((await m.now()).ending?.reason).toBe(reason);
  });

  test('the way back from a rejected version is not held up by a delivery that asks for signatures by now', async () => {
    const request = { kind: 'instead', trigger: 'model-rejected', packageArn: 'arn', occurredAtMs: noonMs, dedupeKey: 'x' } as const;
    const m = await making({ image: { signature: {} } }, { request, candidate: { packageArn: 'earlier' } });
    expect(await check(m)).toBe('skipped');
  });

  test.each<[string, Parameters<typeof making>[1]]>([
    ['brings only a script', fromSource()],
    [
      'served before',
      { request: { kind: 'again', trigger: 'undo', rolloutId: 'x', occurredAtMs: noonMs, dedupeKey: 'x' }, candidate: { images: [imageOf('b')] } },
    ],
  ])('looks at nothing where the candidate %s', async (_, begun) => {
    const m = await making({ image: { signature: {} } }, begun);
    expect(await check(m)).toBe('skipped');
    expect(m.asked('BatchGetImage')).toEqual([]);
  });
});
