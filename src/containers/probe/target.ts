import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { ImageContents } from '../checks/seen.ts';
import { buildWithDocker, type DockerImage } from '../docker-build.ts';
import { docker } from '../docker-engine.ts';
import type { Finding } from '../finding.ts';
import { assembleImage } from '../pack.ts';
import type { Word } from '../start-command.ts';
import { layOut } from './lay-out.ts';
import { readSavedImage, type SavedImage } from './saved-image.ts';

/** An image as far as it is known before it is started. */
export interface Target {
  readonly contents: ImageContents;
  /** Set for a built image. */
  readonly saved?: Pick<SavedImage, 'layerBytes' | 'mediaType' | 'platforms'>;
  /** The name SageMaker will know it by. Unset: it has none yet. */
  readonly imageUri?: string;
  /** What is wrong with the folder, of which no check speaks. */
  readonly findings: readonly Finding[];
  /** What a plain process of this machine does not have that the image has, a place in the Dockerfile each. */
  readonly onlyDocker: readonly string[];
  /** Makes the image ready for plain processes, in a folder; undefined where only Docker runs it. */
  readonly asProcess?: (folder: string) => void;
  /** Makes the image ready for Docker. */
  readonly asDocker: () => Promise<DockerImage>;
}

/** Neither a folder, nor a file, nor an image that could be asked for. */
export class NoTarget extends Error {
  override name = 'NoTarget';
}

/**
 * Opens what a person named: a folder with a `Dockerfile`, a file that `docker save` wrote or an OCI layout, or the name of an image
 * Docker has.
 *
 * @param scratch a folder for what is made on the way; the caller removes it
 * @throws NoTarget, NoSavedImage, ImageRefused
 */
export async function openTarget(name: string, commands: readonly Word[], scratch: string): Promise<Target> {
  if (!existsSync(name)) return openNamed(name, commands, scratch);
  if (!statSync(name).isDirectory()) {
    const saved = await openSaved(name, commands, scratch);
    return { ...saved, asDocker: async () => ({ id: await load(name), config: saved.contents.config }) };
  }
  const { contents, refused, findings } = assembleImage(name, commands);
  // What has an id is a check's; the rest is what packing cannot do, and Docker can.
  const flaws = refused.filter(({ id }) => id !== undefined);
  return {
    contents,
    findings: [...flaws, ...findings],
    onlyDocker: refused.filter(({ id }) => id === undefined).map(({ where, what }) => `${where}: ${what}`),
    asProcess: (folder) => layOut(contents, folder),
    asDocker: () => buildWithDocker(name, contents.config),
  };
}

async function openSaved(file: string, commands: readonly Word[], scratch: string): Promise<Omit<Target, 'asDocker'>> {
  const { contents, ...saved } = await readSavedImage(file, commands, scratch);
  return { contents, saved, findings: [], onlyDocker: [] };
}

/** `Loaded image ID: sha256:…`, or `Loaded image: name:tag`. */
async function load(file: string): Promise<string> {
  const said = await docker(['load', '--input', file]);
  const id = /Loaded image(?: ID)?: (\S+)/.exec(said)?.[1];
  if (id === undefined) throw new NoTarget(`Docker loaded "${file}" and said "${said}": no image in it`);
  return id;
}

async function openNamed(name: string, commands: readonly Word[], scratch: string): Promise<Target> {
  const file = join(scratch, 'saved.tar');
  try {
    await docker(['save', '--output', file, name]);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.split('\n').at(-1) : String(cause);
    throw new NoTarget(
      `"${name}" is no folder, no file, and no image Docker could give (${reason ?? ''}): name a folder with a Dockerfile, what docker save wrote, or pull the image first`,
      { cause },
    );
  }
  const saved = await openSaved(file, commands, scratch);
  return { ...saved, imageUri: name, asDocker: () => Promise.resolve({ id: name, config: saved.contents.config }) };
}
