import { createHash } from 'node:crypto';
import {
  CompleteLayerUploadCommand,
  CreateRepositoryCommand,
  ECRClient,
  type ImageTagMutability,
  InitiateLayerUploadCommand,
  PutImageCommand,
  UploadLayerPartCommand,
} from '@aws-sdk/client-ecr';
import { createEcrService, type Ecr } from '../../../src/emulator/ecr/service.ts';
import { type TestKernel, testKernel } from '../kernel.ts';
import { clientConfig } from '../wired.ts';

export const repositoryName = 'models/fraud-score';
export const digestOf = (bytes: Uint8Array | string): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

export interface TestRegistry {
  readonly kernel: TestKernel;
  readonly ecr: Ecr;
  readonly client: ECRClient;
  /** Uploads a blob in one part; answers its digest. */
  readonly upload: (bytes: Uint8Array) => Promise<string>;
  /** Pushes an image whose content is `content`, under `tag` or none; its blobs are uploaded where they are missing. */
  readonly push: (
    content: string,
    tag?: string,
    labels?: Readonly<Record<string, string>>,
  ) => Promise<{ readonly digest: string; readonly manifest: string }>;
}

/** An ECR of its own with one repository, called through the unmodified SDK client. */
export async function testRegistry(imageTagMutability: ImageTagMutability = 'MUTABLE', scanOnPush = false): Promise<TestRegistry> {
  const kernel = testKernel();
  const ecr = createEcrService(kernel);
  const client = new ECRClient(clientConfig(kernel, ecr.service));
  await client.send(new CreateRepositoryCommand({ repositoryName, imageTagMutability, imageScanningConfiguration: { scanOnPush } }));

  async function upload(bytes: Uint8Array): Promise<string> {
    const { uploadId } = await client.send(new InitiateLayerUploadCommand({ repositoryName }));
    const part = { repositoryName, uploadId, partFirstByte: 0, partLastByte: bytes.length - 1, layerPartBlob: bytes };
    await client.send(new UploadLayerPartCommand(part));
    const { layerDigest = '' } = await client.send(new CompleteLayerUploadCommand({ repositoryName, uploadId, layerDigests: [digestOf(bytes)] }));
    return layerDigest;
  }
  async function push(content: string, tag?: string, labels: Readonly<Record<string, string>> = {}): Promise<{ digest: string; manifest: string }> {
    const blob = (text: string) => {
      const bytes = new TextEncoder().encode(text);
      return { bytes, descriptor: { size: bytes.length, digest: digestOf(bytes) } };
    };
    const config = blob(JSON.stringify({ architecture: 'amd64', os: 'linux', config: { Labels: { content, ...labels } } }));
    const layer = blob(`layer of ${content}`);
    for (const { bytes } of [config, layer]) {
      await upload(bytes).catch((error: unknown) => {
        if (!(error instanceof Error) || error.name !== 'LayerAlreadyExistsException') throw error;
      });
    }
    // Odd blanks on purpose: the digest is of these very bytes.
    const manifest = `{ "schemaVersion": 2,\n"mediaType": "application/vnd.docker.distribution.manifest.v2+json",
      "config": ${JSON.stringify({ mediaType: 'application/vnd.docker.container.image.v1+json', ...config.descriptor })},
      "layers": [${JSON.stringify({ mediaType: 'application/vnd.docker.image.rootfs.diff.tar.gzip', ...layer.descriptor })}] }`;
    const { image } = await client.send(
      new PutImageCommand({ repositoryName, imageManifest: manifest, ...(tag === undefined ? {} : { imageTag: tag }) }),
    );
    return { digest: image?.imageId?.imageDigest ?? '', manifest };
  }
  return { kernel, ecr, client, upload, push };
}
