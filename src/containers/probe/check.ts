import { mkdtempSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { BadArchive, untarGzip } from '../archive.ts';
import { startPrograms } from '../checks/files/start-program.ts';
import { type Observations, type Report, report } from '../checks/report.ts';
import type { Hosting } from '../checks/seen.ts';
import { ContainerCannotStart, type Engine } from '../container.ts';
import { dockerEngine, NoDockerEngine } from '../docker-engine.ts';
import { environmentOf } from '../image.ts';
import type { ChannelLayout } from '../layout.ts';
import { processEngine } from '../process-engine.ts';
import type { Word } from '../start-command.ts';
import { layFolder } from './lay-out.ts';
import { readModel } from './model.ts';
import { type ProbedImage, probeServing, servingLimits } from './serve.ts';
import { openTarget, type Target } from './target.ts';
import { probeTraining, trainingLimits } from './train.ts';

/** What the image is wanted for, and what it is tried with. */
export interface Wanted {
  readonly commands: readonly Word[];
  readonly hosting: Hosting;
  readonly instanceType?: string;
  /** Undefined: nothing is started. */
  readonly engine: 'docker' | 'process' | 'auto' | undefined;
  /** A model archive or a folder. Unset: serve finds the model the image's own training made, or none. */
  readonly model?: string;
  /** Files or folders by channel. None: a small table in a channel `train`. */
  readonly channels: readonly { readonly name: string; readonly path: string }[];
  readonly hyperParameters: Readonly<Record<string, string>>;
  readonly environment: Readonly<Record<string, string>>;
  /** Without a body: a line of numbers. */
  readonly request: { readonly contentType: string; readonly body?: Uint8Array };
  /** Wall milliseconds, of SageMaker's. */
  readonly startupMs: number;
  /** Wall milliseconds a training run, ours. */
  readonly runMs: number;
  /** Other limits, for who cannot wait for SageMaker's: from SIGTERM to SIGKILL of both words. */
  readonly stopMs?: number;
}

export interface CheckedContainer extends Report {
  /** What ran it. Unset: nothing was started. */
  readonly engine?: 'docker' | 'process';
  /** What the answers do not cover, a sentence each. */
  readonly notes: readonly string[];
}

/**
 * Looks at an image in every way this machine can, and judges what was seen.
 *
 * @param surroundings.scratch an empty folder; the caller removes it
 * @throws NoTarget, NoSavedImage, ImageRefused, NoDockerEngine (only where Docker was asked for)
 */
export async function checkContainer(
  name: string,
  wanted: Wanted,
  { scratch, tell, signal }: { readonly scratch: string; readonly tell: (stage: string) => void; readonly signal?: AbortSignal },
): Promise<CheckedContainer> {
  tell('reading the image');
  const target = await openTarget(name, wanted.commands, scratch);
  const seen = { ...seenAtRest(target, wanted), archive: await seenOfModel(target, wanted) };
  const besides = target.findings;
  const still = (why: string) => report({ ...seen, serving: { notSeen: why }, training: { notSeen: why } }, besides);

  if (wanted.engine === undefined) return { ...still('nothing was started (--no-run)'), notes: [] };
  const engine = await openEngine(wanted.engine);
  const abort = () => void engine.close();
  signal?.addEventListener('abort', abort, { once: true });
  try {
    if (engine.kind === 'process' && !target.asProcess)
      return { ...still('no Docker engine answers, and a built image runs with Docker alone'), notes: [] };
    const notes =
      engine.kind === 'process'
        ? [
            'it ran as plain processes of this machine: languages and programs are this machine’s, network and rights are not taken away',
            ...target.onlyDocker.map((what) => `${what}; that was left out`),
          ]
        : [];
    const image = await readyImage(engine, target, name, mkdtempSync(join(scratch, 'image-')));
    const running = await seenRunning(engine, image, wanted, { scratch, tell, onNotice: (text) => void notes.push(text) });
    signal?.throwIfAborted();
    return { ...report({ ...seen, ...running }, besides), engine: engine.kind, notes };
  } finally {
    signal?.removeEventListener('abort', abort);
    await engine.close();
  }
}

function seenAtRest(
  { contents, saved, imageUri }: Target,
  { commands, hosting, instanceType }: Wanted,
): Pick<Observations, 'manifest' | 'config' | 'files'> {
  return {
    manifest: { where: contents.where, hosting, ...saved, ...(imageUri === undefined ? {} : { imageUri }) },
    config: {
      where: contents.where,
      config: contents.config,
      commands,
      hosting,
      findsWords: !startPrograms(contents).some(({ kind }) => kind === 'missing'),
      ...(instanceType === undefined ? {} : { instanceType }),
    },
    files: contents,
  };
}

async function seenOfModel({ contents }: Target, { model, hosting }: Wanted): Promise<Observations['archive']> {
  if (model === undefined) return { notSeen: 'no model was given (--model)' };
  const program = environmentOf(contents.config)['SAGEMAKER_PROGRAM'];
  const hasToolkit = [...contents.files.keys()].some((path) => /\/(site|dist)-packages\/sagemaker_inference\//.test(path));
  return { ...(await readModel(model)), hosting, hasToolkit, ...(program === undefined ? {} : { program }) };
}

async function openEngine(asked: 'docker' | 'process' | 'auto'): Promise<Engine> {
  if (asked === 'process') return processEngine();
  try {
    return await dockerEngine();
  } catch (error) {
    if (asked === 'docker' || !(error instanceof NoDockerEngine)) throw error;
    return processEngine();
  }
}

async function readyImage(engine: Engine, target: Target, imageUri: string, folder: string): Promise<ProbedImage> {
  if (engine.kind === 'docker') {
    const { id, config } = await target.asDocker();
    return { rootFolder: folder, config, imageUri, dockerImage: id };
  }
  target.asProcess?.(folder);
  return { rootFolder: folder, config: target.contents.config, imageUri };
}

async function seenRunning(
  engine: Engine,
  image: ProbedImage,
  wanted: Wanted,
  { scratch, tell, onNotice }: { readonly scratch: string; readonly tell: (stage: string) => void; readonly onNotice: (text: string) => void },
): Promise<Pick<Observations, 'serving' | 'training'>> {
  const newFolder = () => mkdtempSync(join(scratch, 'ml-'));
  const { environment, stopMs } = wanted;
  /** What the engine cannot start, or a model it cannot be given, tells nothing of SageMaker, and its sentence says why. */
  const unlessItCannot = async <T>(probe: () => Promise<T>): Promise<T | { readonly notSeen: string }> => {
    try {
      return await probe();
    } catch (error) {
      if (!(error instanceof ContainerCannotStart || error instanceof BadArchive)) throw error;
      return { notSeen: `it could not be started here (${error.message})` };
    }
  };
  // Training first: what it makes is what serve is there for, unless another model was given.
  let made: string | undefined;
  const training = wanted.commands.includes('train')
    ? await unlessItCannot(() => {
        tell('train: with its data, with other names, without any, and stopped half-way');
        return probeTraining(engine, {
          image,
          channels: wanted.channels.length > 0 ? wanted.channels.map(({ name, path }) => ({ name, files: filesOf(path) })) : [sampleChannel],
          hyperParameters: wanted.hyperParameters,
          environment,
          limits: { ...trainingLimits, runMs: wanted.runMs, ...(stopMs === undefined ? {} : { stopMs }) },
          newFolder,
          onNotice,
          onModel(folder) {
            made = mkdtempSync(join(scratch, 'model-'));
            layFolder(folder, made);
          },
        });
      })
    : { notSeen: 'the image need not train (--serve-only)' };
  const serving = wanted.commands.includes('serve')
    ? await unlessItCannot(() => {
        tell('serve: starting it, asking it, stopping it');
        return probeServing(engine, {
          image,
          layModel: (folder) => layModel(wanted.model ?? made, folder),
          environment,
          request: { contentType: wanted.request.contentType, body: wanted.request.body ?? new TextEncoder().encode('1,2\n') },
          limits: { ...servingLimits, startupMs: wanted.startupMs, ...(stopMs === undefined ? {} : { stopMs }) },
          newFolder,
        });
      })
    : { notSeen: 'the image need not serve (--train-only)' };
  return { serving, training };
}

/** Two columns and a label, for who gives no data. */
const sampleChannel: ChannelLayout = {
  name: 'train',
  contentType: 'text/csv',
  files: [
    {
      path: 'train.csv',
      bytes: new TextEncoder().encode(`x1,x2,y\n${Array.from({ length: 40 }, (_, row) => `${row},${(row * 7) % 11},${row % 2}`).join('\n')}\n`),
    },
  ],
};

function filesOf(path: string): { path: string; bytes: Uint8Array }[] {
  if (!statSync(path).isDirectory()) return [{ path: basename(path), bytes: readFileSync(path) }];
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((file) => statSync(join(path, file)).isFile())
    .map((file) => ({ path: file, bytes: readFileSync(join(path, file)) }));
}

function layModel(model: string | undefined, folder: string): void {
  if (model === undefined) return;
  if (statSync(model).isDirectory()) layFolder(model, folder);
  else untarGzip(readFileSync(model), folder);
}
