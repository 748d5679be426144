import { parse } from 'yaml';

/** The variable that says which contract a buildspec keeps, and the contract the emulator carries out. docs/emulator/codebuild.md writes it down. */
export const contractVariable = 'BUILD_CONTRACT';
export const imageContract = 'docker-image/1';

/** What is read of a buildspec: its variables. Its commands are what the contract says they are. */
export interface Buildspec {
  readonly variables: Readonly<Record<string, string>>;
  /** Names of the variables a build gives out at its end. */
  readonly exported: readonly string[];
}

/** A buildspec that is none, in CodeBuild's words. */
export class BadBuildspec extends Error {
  override name = 'BadBuildspec';
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Whether a project's `buildspec` is the text itself; else it names a file of the source. */
export const isInline = (buildspec: string): boolean => /\n|^\s*(?:\{|version\s*:)/.test(buildspec);

/** @throws BadBuildspec */
export function readBuildspec(text: string): Buildspec {
  let document: unknown;
  try {
    document = parse(text);
  } catch (cause) {
    throw new BadBuildspec(cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause), { cause });
  }
  if (!isRecord(document)) throw new BadBuildspec('expected a mapping');
  const version = document['version'];
  if (Number(version) !== 0.2) throw new BadBuildspec(`version is ${JSON.stringify(version)}, expected 0.2`);
  const env = isRecord(document['env']) ? document['env'] : {};
  const variables = isRecord(env['variables']) ? env['variables'] : {};
  const exported: unknown = env['exported-variables'] ?? [];
  return {
    variables: Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, String(value)])),
    exported: Array.isArray(exported) ? exported.map(String) : [],
  };
}

/** Why the emulator cannot carry a buildspec out; undefined where it can. */
export function whyNotOurs({ variables }: Buildspec): string | undefined {
  const found = variables[contractVariable];
  if (found === imageContract) return undefined;
  const has = found === undefined ? 'has none' : `has "${found}"`;
  return `buildspecs whose env.variables.${contractVariable} is not "${imageContract}" (this one ${has}): commands are not run, docs/emulator/codebuild.md has the contract`;
}
