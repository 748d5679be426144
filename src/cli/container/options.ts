import { existsSync, readFileSync, statSync } from 'node:fs';
import { InvalidArgumentError, Option } from '@commander-js/extra-typings';
import type { MetricDefinition } from '../../containers/metric-definitions.ts';
import { toDuration, toSeconds } from '../../rollout/duration.ts';
import { engines } from '../options.ts';

/** How an image runs on this machine. */
export const engine = () =>
  new Option('--engine <engine>', 'docker, process (plain processes), or auto: Docker where an engine answers')
    .choices([...engines, 'auto'] as const)
    .default('auto' as const);

export type Pair = readonly [name: string, value: string];

/** `name=value`, split at the first `=`. */
function pair(text: string, expected: string): Pair {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError(`Expected ${expected}.`);
  return [text.slice(0, at), text.slice(at + 1)];
}

/** Several pairs, an option each; the last of a name wins. */
export const environment = () =>
  repeated('--env <name=value>', 'an environment variable, as the API’s Environment sets it', (text, before: readonly Pair[]) => [
    ...before,
    pair(text, 'NAME=value'),
  ]);

/** An option that may be given several times. */
export const repeated = <Flags extends string, T>(flags: Flags, description: string, parse: (text: string, before: readonly T[]) => readonly T[]) =>
  new Option(flags, `${description}; may be repeated`).argParser(parse).default([] as readonly T[], 'none');

/** A duration, with what it is where none is given. */
export const duration = <Flags extends string>(flags: Flags, description: string, defaultMs: number) =>
  new Option(flags, description).argParser(durationMs).default(defaultMs, toDuration(defaultMs / 1000));

export const hyperParameters = () =>
  repeated('--hyperparameter <name=value>', 'text, as the API takes it', (text, before: readonly Pair[]) => [...before, pair(text, 'name=value')]);

export const contentTypes = (text: string, before: readonly Pair[]): readonly Pair[] => [...before, pair(text, 'name=type, such as train=text/csv')];

/** `train=data/train`: a channel and the folder, or the file, it holds. */
export function channels(text: string, before: readonly Pair[]): readonly Pair[] {
  const [name, path] = pair(text, 'name=folder');
  return [...before, [name, local(path, `aws s3 sync ${path} <folder>`)]];
}

/** `model.tar.gz`, or a folder. */
export const modelData = (path: string): string => local(path, `aws s3 cp ${path} .`);

/** The bytes of a file. */
export function fileBytes(path: string): Uint8Array {
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) throw new InvalidArgumentError(`There is no file "${path}".`);
  return readFileSync(path);
}

/** @param copy the command that brings it here from S3 */
function local(path: string, copy: string): string {
  if (path.startsWith('s3:')) throw new InvalidArgumentError(`"${path}" is not on this machine: copy it first (${copy}).`);
  if (!existsSync(path)) throw new InvalidArgumentError(`There is no folder or file "${path}".`);
  return path;
}

/** `loss=loss: ([0-9.]+)`: the first group is the value. */
export function metrics(text: string, before: readonly MetricDefinition[]): readonly MetricDefinition[] {
  const [name, source] = pair(text, 'name=regular expression');
  try {
    return [...before, { name, regex: new RegExp(source) }];
  } catch (error) {
    throw new InvalidArgumentError(`${error instanceof Error ? error.message : String(error)}.`);
  }
}

/** `90s`, `1h30m`: milliseconds. */
function durationMs(text: string): number {
  const seconds = toSeconds(text);
  if (seconds === undefined) throw new InvalidArgumentError('Expected a duration such as 90s, 6m, 1h30m or 7d.');
  return 1000 * seconds;
}

/** `1` to `100`. */
export function hostCount(text: string): number {
  const count = Number(text);
  if (!/^\d+$/.test(text) || count < 1 || count > 100) throw new InvalidArgumentError('Expected 1 to 100 hosts.');
  return count;
}
