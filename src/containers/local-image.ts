import { statSync } from 'node:fs';
import { arch } from 'node:os';
import { join, resolve } from 'node:path';
import { checkImage } from './checks/image.ts';
import { ContainerCannotStart, type ContainerSpec, type Engine } from './container.ts';
import { buildWithDocker } from './docker-build.ts';
import { dockerEngine, inspectImage, NoDockerEngine } from './docker-engine.ts';
import { formatFinding, ImageRefused } from './finding.ts';
import { assembleImage } from './pack.ts';
import { layOut } from './probe/lay-out.ts';
import { processEngine } from './process-engine.ts';
import type { Word } from './start-command.ts';

/** An image as an engine starts it. */
export type LocalImage = Pick<ContainerSpec, 'rootFolder' | 'dockerImage' | 'config' | 'imageUri'>;

export interface OpenedImage {
  readonly image: LocalImage;
  /** Whoever opened the image closes it. */
  readonly engine: Engine;
  /** What is no reason to stop, and still worth saying: a sentence each. */
  readonly notices: readonly string[];
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

/** What runs the image: `auto` is Docker where an engine answers, else plain processes. */
async function engineFor(choice: 'docker' | 'process' | 'auto'): Promise<{ engine: Engine; notices: string[] }> {
  if (choice === 'process') return { engine: processEngine(), notices: [] };
  try {
    return { engine: await dockerEngine(), notices: [] };
  } catch (error) {
    if (choice === 'docker' || !(error instanceof NoDockerEngine)) throw error;
    return {
      engine: processEngine(),
      notices: ['no Docker engine answers: the image runs as plain processes of this machine, without isolation, on the languages installed here'],
    };
  }
}

/**
 * Makes an image ready to run: builds a folder with a `Dockerfile`, with Docker or for plain processes, or finds an image of Docker's.
 *
 * @param source a folder, or an image's name
 * @param words what it will be started with
 * @param folder exists; takes the files of an image that plain processes run
 * @throws ImageRefused, ContainerCannotStart, NoDockerEngine
 */
export async function openLocalImage(
  source: string,
  words: readonly Word[],
  choice: 'docker' | 'process' | 'auto',
  folder: string,
): Promise<OpenedImage> {
  if (isFolder(source)) return openFolder(source, words, choice, join(folder, 'image'));
  if (/[/\\]$|^\.{0,2}\//.test(source))
    throw new ContainerCannotStart(`"${source}" is no folder: name one with a Dockerfile, or an image Docker has`);
  if (choice === 'process') {
    throw new ContainerCannotStart(`"${source}" is no folder, and plain processes run none but folders with a Dockerfile: use --engine docker`);
  }
  let engine: Engine;
  try {
    engine = await dockerEngine();
  } catch (cause) {
    if (!(cause instanceof NoDockerEngine)) throw cause;
    throw new ContainerCannotStart(
      `"${source}" is no folder, so it has to be an image of Docker's, and no Docker engine answers: start Docker, or name a folder with a Dockerfile, which runs without`,
      { cause },
    );
  }
  try {
    const { id, config } = await inspectImage(source);
    return { image: { rootFolder: folder, dockerImage: id, config, imageUri: source }, engine, notices: architectureNotices(config.architecture) };
  } catch (error) {
    await engine.close();
    throw error;
  }
}

async function openFolder(source: string, words: readonly Word[], choice: 'docker' | 'process' | 'auto', rootFolder: string): Promise<OpenedImage> {
  // Before an engine is asked: what is wrong with the folder is wrong with every engine.
  const { contents, refused, findings } = assembleImage(source, words);
  const onlyDocker = refused.filter(({ id }) => id === undefined);
  const judged = [...refused.filter((one) => !onlyDocker.includes(one)), ...findings, ...checkImage(contents)];
  if (judged.some(({ level }) => level === 'error')) throw new ImageRefused(source, judged);
  const { engine, notices } = await engineFor(choice);
  const told = judged.map((finding) => `warning: ${formatFinding(finding)}`);
  const imageUri = resolve(source);
  try {
    if (engine.kind === 'docker') {
      const { id, config } = await buildWithDocker(source, contents.config);
      return {
        image: { rootFolder, dockerImage: id, config, imageUri },
        engine,
        notices: [...told, ...notices, ...architectureNotices(config.architecture)],
      };
    }
    layOut(contents, rootFolder);
    return {
      image: { rootFolder, config: contents.config, imageUri },
      engine,
      notices: [
        ...told,
        ...notices,
        ...onlyDocker.map(({ where, what }) => `${where}: ${what}, and is left out: what it brings has to be on this machine`),
      ],
    };
  } catch (error) {
    await engine.close();
    throw error;
  }
}

/** Docker's names of processors by Node's. */
const dockerArchitectures: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };

/** @param machine this machine's, as Node names it */
export function architectureNotices(image: string, machine: string = arch()): string[] {
  const own = dockerArchitectures[machine];
  return own === undefined || own === image
    ? []
    : [`the image is for ${image} and this machine is ${own}: it runs emulated if at all, slowly, and without AVX (exit code 132 is how that shows)`];
}
