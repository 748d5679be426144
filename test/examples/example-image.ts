import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { type Figures, unpackedImage, untilHealthy } from '../../examples/measuring.ts';
import { makeTrainingLayout, type TrainingLayout, wipe } from '../../src/containers/layout.ts';
import { type Container, type Engine, freePort, processEngine } from '../../src/containers/run.ts';

/** An example whose image has versions. */
export interface Example<Version extends string> {
  readonly imageFolder: string;
  /** What each version lays over the image's folder. */
  readonly versions: Readonly<Record<Version, readonly string[]>>;
  readonly dataFolder: string;
}

/** Runs an example's image as plain processes, with an engine a test and a folder for all of them that is removed in the end. */
export function exampleImage<Version extends string>({ imageFolder, versions, dataFolder }: Example<Version>) {
  const ownData = { name: 'train', contentType: 'text/csv', files: [{ path: 'train.csv', bytes: readFileSync(join(dataFolder, 'train.csv')) }] };
  let work: string;
  let engine: Engine;
  beforeAll(() => {
    work = mkdtempSync(join(tmpdir(), 'example-test-'));
  });
  afterAll(() => wipe(work));
  beforeEach(() => {
    engine = processEngine();
  });
  afterEach(() => engine.close());

  const unpacked = (version: Version) => unpackedImage([imageFolder, ...versions[version]], work);
  const newFolder = () => mkdtempSync(join(work, 'opt-ml-'));

  /** Trains on the example's own data, unless `layout` says otherwise. */
  async function train(
    version: Version,
    layout: Partial<TrainingLayout> = {},
    onLine: (line: string, container: () => Container) => void = () => {},
  ) {
    const baseFolder = newFolder();
    makeTrainingLayout(baseFolder, { hyperParameters: {}, instanceType: 'ml.m5.large', channels: [ownData], ...layout });
    const lines: string[] = [];
    const container: Container = await engine.start({
      ...unpacked(version),
      baseFolder,
      command: 'train',
      environment: {},
      name: `${version}-train`,
      onLine(line) {
        lines.push(line);
        onLine(line, () => container);
      },
    });
    return { baseFolder, lines, ...(await container.exited) };
  }

  return {
    engine: () => engine,
    /** Packed and unpacked. */
    unpacked,
    /** An `/opt/ml` with nothing in it. */
    newFolder,
    train,
    /** As `train`, before any test: with an engine of its own. @returns the model's `/opt/ml` */
    trainedBefore: async (version: Version): Promise<string> => {
      engine = processEngine();
      const { baseFolder } = await train(version);
      await engine.close();
      return baseFolder;
    },
    /** Serves the model in `baseFolder`, and waits until it is healthy. */
    serve: async (version: Version, baseFolder: string) => {
      const lines: string[] = [];
      const container = await engine.start({
        ...unpacked(version),
        baseFolder,
        command: 'serve',
        environment: {},
        port: await freePort(),
        name: `${version}-serve`,
        onLine: (line) => lines.push(line),
      });
      await untilHealthy(container);
      async function invoke(body: string, headers: Record<string, string> = { 'content-type': 'text/csv' }) {
        const answer = await fetch(`${container.url ?? ''}/invocations`, { method: 'POST', headers, body });
        return { status: answer.status, type: answer.headers.get('content-type'), text: await answer.text() };
      }
      return { container, lines, invoke };
    },
  };
}

/** The rows of an example's README that say how its versions measure: version, validation accuracy, held-out accuracy, share of failures. */
export const readmeFigures = (imageFolder: string): readonly (readonly string[])[] =>
  [...readFileSync(join(imageFolder, '..', 'README.md'), 'utf8').matchAll(/^\| (v\d) +\|.*\| ([\d.]+ %) +\| ([\d.]+ %) +\| ([\d.]+ %) +\|$/gm)].map(
    (row) => row.slice(1),
  );

/** A version's figures as its README's row has them. */
export const asInReadme = ({
  version,
  validationAccuracy,
  heldOutAccuracy,
  failureShare,
}: Figures & { readonly version: string }): readonly string[] => [
  version,
  ...[validationAccuracy, heldOutAccuracy, failureShare].map((share) => `${(share * 100).toFixed(1)} %`),
];
