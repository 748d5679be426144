import { ECRClient } from '@aws-sdk/client-ecr';
import { describe, expect, it } from 'vitest';
import { ecrRegistry } from '../../src/aws/registry.ts';
import { packImage } from '../../src/containers/pack.ts';
import { pushImage } from '../../src/containers/push.ts';
import { createEcrService } from '../../src/emulator/ecr/service.ts';
import { folderOf, goodDockerfile, goodImage, program } from '../containers/folder.ts';
import { testKernel } from '../emulator/kernel.ts';
import { clientConfig } from '../emulator/wired.ts';

const target = { repository: 'models/churn', tag: '1' };
const uri = '000000000000.dkr.ecr.eu-west-1.amazonaws.com/models/churn:1';

function registry() {
  const kernel = testKernel();
  const ecr = createEcrService(kernel);
  return { kernel, ecr, port: ecrRegistry(new ECRClient(clientConfig(kernel, ecr.service))) };
}

describe('pushImage() to ecrRegistry()', () => {
  it('stores an image that is there under its own digest, with its settings and layers', async () => {
    const { ecr, kernel, port } = registry();
    const image = packImage(folderOf(goodImage));

    const { digest, sentBytes } = await pushImage(port, image, target);

    expect(digest).toBe(image.digest);
    expect(sentBytes).toBe(image.config.length + image.layers.reduce((sum, { tarGzip }) => sum + tarGzip.length, 0));
    expect(ecr.image(uri)).toMatchObject({ digest: image.digest, config: { WorkingDir: '/opt/program' } });
    expect(ecr.image(uri)?.layerFiles).toHaveLength(2);
    expect(kernel.events.map(({ detail }) => detail['image-digest'])).toEqual([image.digest]);
  });

  it('sends only what the registry lacks', async () => {
    const { port } = registry();
    const one = packImage(folderOf(goodImage));
    await pushImage(port, one, target);
    const other = packImage(folderOf({ ...goodImage, Dockerfile: `${goodDockerfile}COPY extra /extra\n`, extra: program('x') }));

    const { sentBytes } = await pushImage(port, other, { ...target, tag: '2' });
    expect(sentBytes).toBe(other.config.length + (other.layers.at(-1)?.tarGzip.length ?? 0));
  });

  it('may be done twice: nothing is sent, nothing fails, nobody is told again', async () => {
    const { kernel, port } = registry();
    const image = packImage(folderOf(goodImage));
    await pushImage(port, image, target);

    expect(await pushImage(port, image, target)).toEqual({ digest: image.digest, sentBytes: 0 });
    expect(kernel.events).toHaveLength(1);
  });

  it('cuts a large layer into parts ECR takes', async () => {
    const { ecr, port } = registry();
    // Bytes that do not compress, from a small generator: 21 MiB, so three parts.
    let state = 1;
    const noise = Buffer.alloc(21 * 1_024 * 1_024);
    for (let at = 0; at < noise.length; at += 4) {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      noise.writeUInt32LE((state ^ (state >>> 15)) >>> 0, at);
    }
    const digest = await sha256(noise);
    await port.ensureRepository(target.repository);
    await port.uploadLayer(target.repository, digest, noise);

    expect(await port.hasLayer(target.repository, digest)).toBe(true);
    expect(ecr.image(uri)).toBeUndefined();
  });
});

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return `sha256:${Buffer.from(await crypto.subtle.digest('SHA-256', bytes)).toString('hex')}`;
}
