import {
  CompleteLayerUploadCommand,
  CreateRepositoryCommand,
  ECRClient,
  GetDownloadUrlForLayerCommand,
  InitiateLayerUploadCommand,
  UploadLayerPartCommand,
} from '@aws-sdk/client-ecr';
import { describe, expect, it } from 'vitest';
import { scaledClock } from '../../../src/emulator/clock.ts';
import { startEmulator } from '../../../src/emulator/emulator.ts';
import { rejection } from '../front-fixture.ts';
import { inProcess, stoppedAfterwards, virtualEmulator } from '../running.ts';
import { digestOf } from './registry.ts';

const repositoryName = 'models/a';
const blob = new TextEncoder().encode('{"os":"linux"}');

async function uploaded(client: ECRClient): Promise<string> {
  await client.send(new CreateRepositoryCommand({ repositoryName }));
  const { uploadId } = await client.send(new InitiateLayerUploadCommand({ repositoryName }));
  const part = { repositoryName, uploadId, partFirstByte: 0, partLastByte: blob.length - 1, layerPartBlob: blob };
  await client.send(new UploadLayerPartCommand(part));
  await client.send(new CompleteLayerUploadCommand({ repositoryName, uploadId, layerDigests: [digestOf(blob)] }));
  const { downloadUrl = '' } = await client.send(new GetDownloadUrlForLayerCommand({ repositoryName, layerDigest: digestOf(blob) }));
  return downloadUrl;
}

describe('GetDownloadUrlForLayer', () => {
  it('gives an address that serves the very bytes to anybody who knows it', async () => {
    const aws = stoppedAfterwards(await startEmulator({ clock: scaledClock(1), seed: 1 }));
    const url = await uploaded(new ECRClient(inProcess(aws)));
    expect(url.startsWith(`${aws.url}/`)).toBe(true);
    expect(Buffer.from(await (await fetch(url)).arrayBuffer())).toEqual(Buffer.from(blob));
    expect((await fetch(`${url}0`)).status).toBe(403);
    expect((await fetch(url, { method: 'PUT', body: 'x' })).status).toBe(403);
  });

  it('gives it for an hour', async () => {
    const { aws, clock } = await virtualEmulator();
    const { pathname } = new URL(await uploaded(new ECRClient(inProcess(aws))));
    const status = async () => (await aws.front.handle({ method: 'GET', path: pathname, query: {}, headers: {}, body: new Uint8Array() })).status;
    await clock.advance(59 * 60_000);
    expect(await status()).toBe(200);
    await clock.advance(60_000);
    expect(await status()).toBe(403);
  });

  it('has none for what is not in the repository', async () => {
    const { aws } = await virtualEmulator();
    const client = new ECRClient(inProcess(aws));
    await client.send(new CreateRepositoryCommand({ repositoryName }));
    const error = await rejection(client.send(new GetDownloadUrlForLayerCommand({ repositoryName, layerDigest: digestOf(blob) })));
    expect(error.name).toBe('LayersNotFoundException');
  });
});
