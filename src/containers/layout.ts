import {
  chmodSync,
  closeSync,
  constants,
  cpSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { contract } from './contract.ts';

export interface ChannelLayout {
  /** 1-64 of `A-Z a-z 0-9 . _ -`. */
  readonly name: string;
  /** Unset: the request named none. */
  readonly contentType?: string;
  /** Paths below the channel's folder and their bytes. */
  readonly files: Iterable<{ readonly path: string; readonly bytes: Uint8Array }>;
  /** A folder whose content, or a file that, is copied in besides. Unset: nothing is. */
  readonly copyOf?: string;
}

export interface TrainingLayout {
  /** Every value is text, as on SageMaker; the image converts. */
  readonly hyperParameters: Readonly<Record<string, string>>;
  readonly channels: readonly ChannelLayout[];
  readonly instanceType: string;
  /** Default: this host alone, `algo-1`. */
  readonly hosts?: readonly string[];
  readonly currentHost?: string;
  /** Default: `eth0`. */
  readonly networkInterface?: string;
}

/** Paths of the `/opt/ml` tree, relative to its folder. */
export const paths = {
  config: 'input/config',
  data: 'input/data',
  model: 'model',
  output: 'output',
  outputData: 'output/data',
  failure: 'output/failure',
  checkpoints: 'checkpoints',
} as const;

/**
 * Makes the tree a training container finds at `/opt/ml`.
 *
 * @throws TypeError for a hyperparameter that is no text: SageMaker's API refuses it too
 * @throws RangeError for a channel name or a file path that would leave the tree
 */
export function makeTrainingLayout(baseFolder: string, layout: TrainingLayout): void {
  for (const [name, value] of Object.entries<unknown>(layout.hyperParameters)) {
    if (typeof value !== 'string') throw new TypeError(`Hyperparameter "${name}" is ${JSON.stringify(value)}, expected text: write it in quotes`);
  }
  for (const folder of [paths.config, paths.data, paths.model, paths.outputData, paths.checkpoints]) {
    mkdirSync(join(baseFolder, folder), { recursive: true });
  }
  const hosts = [...(layout.hosts ?? ['algo-1'])].sort();
  const currentHost = layout.currentHost ?? hosts[0] ?? 'algo-1';
  const json = (name: string, value: unknown) => writeFileSync(join(baseFolder, paths.config, name), JSON.stringify(value));
  json('hyperparameters.json', layout.hyperParameters);
  json('resourceconfig.json', {
    current_host: currentHost,
    current_instance_type: layout.instanceType,
    current_group_name: 'homogeneousCluster',
    hosts,
    instance_groups: [{ instance_group_name: 'homogeneousCluster', instance_type: layout.instanceType, hosts }],
    network_interface_name: layout.networkInterface ?? 'eth0',
    topology: null,
  });
  json(
    'inputdataconfig.json',
    Object.fromEntries(
      layout.channels.map(({ name, contentType }) => [
        name,
        {
          ...(contentType === undefined ? {} : { ContentType: contentType }),
          TrainingInputMode: 'File',
          S3DistributionType: 'FullyReplicated',
          RecordWrapperType: 'None',
        },
      ]),
    ),
  );
  for (const channel of layout.channels) {
    if (!/^[A-Za-z0-9._-]{1,64}$/.test(channel.name) || /^\.+$/.test(channel.name)) {
      throw new RangeError(`Channel name "${channel.name}" is not 1-64 of A-Z a-z 0-9 . _ -`);
    }
    const folder = resolve(baseFolder, paths.data, channel.name);
    mkdirSync(folder, { recursive: true });
    for (const { path, bytes } of channel.files) {
      const file = resolve(folder, `./${path}`);
      if (!file.startsWith(folder + sep)) throw new RangeError(`File "${path}" of channel "${channel.name}" leaves the channel's folder`);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, bytes);
    }
    if (channel.copyOf !== undefined) copyInto(folder, channel.copyOf);
  }
}

/** Copies a folder's content, or a file, into `folder`: plain files, whatever links led to them, sharing blocks where the disk can. */
export function copyInto(folder: string, source: string): void {
  const whole = statSync(source).isDirectory();
  cpSync(source, whole ? folder : join(folder, basename(source)), { recursive: true, dereference: true, mode: constants.COPYFILE_FICLONE });
}

/** Makes the tree a hosting container finds at `/opt/ml`; the model goes into its `model` folder before the start. */
export function makeServingLayout(baseFolder: string): void {
  mkdirSync(join(baseFolder, paths.model), { recursive: true });
}

/**
 * The text a training container left in `/opt/ml/output/failure`: its first 1024 characters, or undefined. What is no plain file is none: a
 * link would be read outside the container.
 */
export function failureText(baseFolder: string): string | undefined {
  const file = join(baseFolder, paths.failure);
  if (!lstatSync(file, { throwIfNoEntry: false })?.isFile()) return undefined;
  const head = Buffer.alloc(4 * contract.failureCharacters);
  const opened = openSync(file, 'r');
  try {
    // No character takes more than four bytes; the file may be a whole log.
    return head.toString('utf8', 0, readSync(opened, head)).slice(0, contract.failureCharacters);
  } finally {
    closeSync(opened);
  }
}

/** Removes a folder with all below it, whatever permissions the container's programs gave their own files. Missing is fine. */
export function wipe(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true });
  } catch {
    open(folder);
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** Makes every folder below one enterable by us; only then can it be emptied. */
function open(folder: string): void {
  if (!lstatSync(folder, { throwIfNoEntry: false })?.isDirectory()) return;
  chmodSync(folder, 0o700);
  for (const name of readdirSync(folder)) open(join(folder, name));
}
