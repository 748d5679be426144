import { createHash } from 'node:crypto';
import { ECRClient, PutImageCommand, StartImageScanCommand } from '@aws-sdk/client-ecr';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ecrRegistry } from '../../src/aws/registry.ts';
import type { DeliverySource } from '../../src/rollout/spec.ts';
import type { RolloutView } from '../../src/view/rollout-view.ts';
import { expectNothingLeftOver } from './left-over.ts';
import { churn, good, startWorld, type World } from './world.ts';

/* What an image has to show comes after it: its scan, its signature. */

let world: World;
let ecr: ECRClient;
beforeEach(async () => {
  world = await startWorld();
  const { emulator } = world;
  ecr = new ECRClient({
    region: emulator.kernel.region,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    requestHandler: emulator.requestHandler,
  });
});
afterEach(() => world.stop());

const repositoryName = 'models/churn';
const sha256 = (text: string | Uint8Array) => `sha256:${createHash('sha256').update(text).digest('hex')}`;
const asking = (image: DeliverySource['image']) => world.apply(churn({ image, gates: [] }));

/** A scan that somebody begins only now, and what it will find. */
async function scan(digest: string, ...severities: ('CRITICAL' | 'HIGH' | 'LOW')[]): Promise<void> {
  world.emulator.services.ecr.publishFindings(
    digest,
    severities.map((severity, index) => ({ name: `CVE-2026-000${index}`, severity })),
  );
  await ecr.send(new StartImageScanCommand({ repositoryName, imageId: { imageDigest: digest } }));
}

/** Pushes an image and lets the rollout of it look, and wait. */
async function waiting(): Promise<{ readonly digest: string; readonly rollout: RolloutView }> {
  const digest = await world.push('v1', good);
  await world.clock.advance(60_000);
  const rollout = await world.rollout(digest);
  expect(rollout.entries.at(-1)?.text).toMatch(/^waits for its (?:scan|signature), until /);
  return { digest, rollout };
}

/** Far less than the five minutes after which the truth is read without an event: 90 s of scan, and the way of the event. */
const soon = 130;
const trained = () => world.calls('CreateTrainingJob').length === 1;

describe('a scan that finishes late', () => {
  test('and finds nothing lets the rollout go on at once, not at the next look', async () => {
    await asking({ scan: { severity: 'HIGH', within: '30m' } });
    const { digest } = await waiting();
    await scan(digest);
    await world.until('the training begins', trained, soon);
    await world.untilQuiet();
    expect(await world.rollout(digest)).toMatchObject({ outcome: 'Succeeded' });
    expectNothingLeftOver(world);
  });

  test('and finds less than counts lets it go on as well', async () => {
    await asking({ scan: { severity: 'CRITICAL', within: '30m' } });
    const { digest } = await waiting();
    await scan(digest, 'HIGH', 'LOW');
    await world.until('the training begins', trained, soon);
  });

  test('and finds what counts ends it, before anything is trained', async () => {
    await asking({ scan: { severity: 'HIGH', within: '30m' } });
    const { digest } = await waiting();
    await scan(digest, 'CRITICAL', 'HIGH', 'LOW');
    await world.untilQuiet();
    const rejected = await world.rollout(digest);
    expect(rejected).toMatchObject({ outcome: 'Rejected', reason: 'vulnerable' });
    expect(rejected.text).toMatch(/found 1 CRITICAL, 1 HIGH$/);
    expect(world.calls('CreateTrainingJob')).toEqual([]);
    expectNothingLeftOver(world);
  });

  test.each([
    ['yes', 'approve', { outcome: 'Succeeded' }],
    ['no', 'reject', { outcome: 'Rejected' }],
  ] as const)('and finds what a person is to be asked about holds it until their %s', async (_, answer, end) => {
    await asking({ scan: { severity: 'HIGH', onFindings: 'ask', within: '30m' } });
    const { digest, rollout } = await waiting();
    await scan(digest, 'HIGH');
    await world.until('the training begins', trained, soon);
    await world.clock.advance(3_600_000);
    expect(world.calls('CreateEndpoint'), 'nothing is touched on findings nobody has agreed to').toEqual([]);
    await world.answer(answer, rollout.id, 'seen');
    await world.untilQuiet();
    const ended = await world.rollout(digest);
    expect(ended).toMatchObject(end);
    expect(ended.entries.find(({ kind, text }) => kind === 'image-checked' && text.includes('1 HIGH'))).toBeDefined();
  });

  test('later than it may is too late, and says what ECR said', async () => {
    await asking({ scan: { severity: 'HIGH', within: '10m' } });
    const { digest } = await waiting();
    await world.untilQuiet();
    const rejected = await world.rollout(digest);
    expect(rejected).toMatchObject({ outcome: 'Rejected', reason: 'image-not-scanned' });
    expect(rejected.text).toContain('(its status is none)');
    await scan(digest);
    await world.untilQuiet();
    expect(await world.rollouts()).toHaveLength(1);
  });
});

/** Puts something beside an image, as Cosign does: an artifact of layers. @param more what makes it a signature of that image */
async function putBeside(more: object, imageTag?: string): Promise<void> {
  const blob = Buffer.from(JSON.stringify({ critical: { type: 'cosign container image signature' } }));
  const registry = ecrRegistry(ecr);
  await registry.uploadLayer(repositoryName, sha256(blob), blob);
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const imageManifest = JSON.stringify({
    schemaVersion: 2,
    mediaType,
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: sha256(blob), size: blob.length },
    layers: [{ mediaType: 'application/vnd.dev.cosign.simplesigning.v1+json', digest: sha256(blob), size: blob.length }],
    ...more,
  });
  await ecr.send(
    new PutImageCommand({ repositoryName, imageManifest, imageManifestMediaType: mediaType, ...(imageTag !== undefined && { imageTag }) }),
  );
}
const artifactType = 'application/vnd.dev.cosign.artifact.sig.v1+json';
const subject = (digest: string) => ({ subject: { mediaType: 'application/vnd.docker.distribution.manifest.v2+json', digest, size: 1 } });

describe('a signature that arrives late', () => {
  test.each([
    ['that names the image as its subject', (digest: string) => putBeside({ artifactType, ...subject(digest) })],
    ['under a tag made of its digest', (digest: string) => putBeside({}, `${digest.replace(':', '-')}.sig`)],
  ])('%s lets the rollout go on at once, and starts no other', async (_, sign) => {
    await asking({ signature: { within: '30m' } });
    const { digest } = await waiting();
    await sign(digest);
    await world.until('the training begins', trained, soon);
    await world.untilQuiet();
    expect(await world.rollouts()).toMatchObject([{ imageDigest: digest, outcome: 'Succeeded' }]);
  });

  test('of another image, or a list of what is inside, is none', async () => {
    await asking({ signature: { within: '30m' } });
    const { digest } = await waiting();
    await putBeside({ artifactType, ...subject(sha256('another')) });
    await putBeside({ artifactType: 'application/spdx+json', ...subject(digest) });
    await putBeside({}, `${sha256('another').replace(':', '-')}.sig`);
    await world.untilQuiet();
    expect(await world.rollouts()).toMatchObject([{ imageDigest: digest, outcome: 'Rejected', reason: 'image-not-signed' }]);
    expect(world.calls('CreateTrainingJob')).toEqual([]);
  });

  test('and a scan that is later still are both waited for', async () => {
    await asking({ signature: { within: '30m' }, scan: { severity: 'HIGH', within: '30m' } });
    const { digest } = await waiting();
    await putBeside({ artifactType, ...subject(digest) });
    await world.clock.advance(60_000);
    expect(trained()).toBe(false);
    await scan(digest);
    await world.until('the training begins', trained, soon);
  });
});
