import { posix } from 'node:path';
import type { Instruction, ModifiableInstruction, PropertyInstruction } from 'dockerfile-ast';
// The package is CommonJS: its names arrive on the default export.
import dockerfileAst from 'dockerfile-ast';
import { BadWord, readWord } from './dockerfile-words.ts';
import type { Finding } from './finding.ts';
import { baseNameLabel, defaultPath, type ImageConfig } from './image.ts';

/** What a Dockerfile is read with. */
export interface DockerfileOptions {
  /** `--build-arg`: values of `ARG`s by name, over their defaults. */
  readonly buildArguments?: Readonly<Record<string, string>>;
  /** `--platform`: what FROM is of unless it says otherwise; default `linux/amd64`. */
  readonly platform?: string;
  /** What findings call the file; default `Dockerfile`. */
  readonly name?: string;
}

/** One `COPY` or `ADD`, or a folder that `WORKDIR` makes: what puts files into the image. */
export interface CopyStep {
  readonly line: number;
  /** Paths in the build folder, wildcards allowed. Empty: only the folder `to` is made. */
  readonly from: readonly string[];
  /** Absolute path in the image. */
  readonly to: string;
  /** `to` is a folder to copy into, even for a single file. */
  readonly intoFolder: boolean;
  /** From `--chmod`; unset: the file's own bit. */
  readonly executable?: boolean;
  /** An `ADD`: Docker would unpack an archive it is given. */
  readonly unpacks: boolean;
}

export interface DockerfileReading {
  readonly config: ImageConfig;
  readonly steps: readonly CopyStep[];
  /** What Docker would honour, and a packed image cannot. */
  readonly findings: readonly Finding[];
  /** What Docker would stumble over as well. */
  readonly mistakes: readonly Finding[];
  /** Line of the last ENTRYPOINT; unset when there is none. */
  readonly entrypointLine?: number;
}

/** Base images whose one contribution is a language runtime: the machine's own takes its place when there is no Docker. */
const runtimes = ['node', 'python', 'scratch'];

/** What BuildKit knows without being told; a stage has to declare what it uses. */
const platformArguments = (platform: string): readonly (readonly [string, string])[] => {
  const [os = '', architecture = ''] = platform.split('/');
  return ['TARGET', 'BUILD'].flatMap((which) => [
    [`${which}PLATFORM`, platform],
    [`${which}OS`, os],
    [`${which}ARCH`, architecture],
  ]);
};

/** Instructions that are refused: what is wrong with each, and the way out. */
const refusedInstructions: Readonly<Record<string, readonly [what: string, fix: string]>> = {
  RUN: ['RUN needs a Docker build', 'run it on your side and COPY its result, or push an image that Docker has built'],
  SHELL: ['SHELL is of no use without RUN', 'remove it'],
  ONBUILD: ['ONBUILD acts in a later build', 'write the instruction itself'],
  VOLUME: ['SageMaker does not honour VOLUME', 'remove it'],
  HEALTHCHECK: ['SageMaker does not honour HEALTHCHECK, it asks GET /ping', 'remove it'],
  MAINTAINER: ['MAINTAINER is deprecated', 'use LABEL'],
};

/** Reads a Dockerfile in the subset a packed image honours; instructions outside it become findings. */
export function readDockerfile(
  text: string,
  { buildArguments = {}, platform = 'linux/amd64', name: file = 'Dockerfile' }: DockerfileOptions = {},
): DockerfileReading {
  const findings: Finding[] = [];
  const mistakes: Finding[] = [];
  const steps: CopyStep[] = [];
  const environment = new Map([['PATH', defaultPath]]);
  const setByImage = new Set<string>(['PATH']);
  const variables = new Map(environment);
  const globalArguments = new Map(platformArguments(platform));
  const declared = new Set<string>();
  const labels: Record<string, string> = {};
  const ports: string[] = [];
  let workingDir: string | undefined;
  let user: string | undefined;
  let [os = 'linux', architecture = 'amd64'] = platform.split('/');
  let entrypoint: readonly string[] | undefined;
  let entrypointLine: number | undefined;
  let cmd: readonly string[] | undefined;
  let stages = 0;

  const lineOf = (instruction: Instruction) => instruction.getRange().start.line + 1;
  const refuse = (instruction: Instruction, what: string, fix: string, id?: string) =>
    findings.push({ ...(id ? { id } : {}), level: 'error', where: `${file}:${lineOf(instruction)}`, what, fix });
  const mistake = (instruction: Instruction, what: string, fix: string) =>
    mistakes.push({ level: 'error', where: `${file}:${lineOf(instruction)}`, what, fix });
  const rest = (instruction: Instruction) => (instruction.getRawArgumentsContent() ?? '').trim();
  /** A word with its variables; one only Docker understands is a finding. */
  const word = (instruction: Instruction, raw: string, known: ReadonlyMap<string, string> = variables): string => {
    try {
      return readWord(raw, known);
    } catch (error) {
      if (!(error instanceof BadWord)) throw error;
      refuse(instruction, error.message, 'write the value itself');
      return '';
    }
  };
  const words = (instruction: Instruction) => instruction.getArguments().map((argument) => word(instruction, argument.getValue()));
  const properties = (instruction: Instruction) =>
    (instruction as PropertyInstruction).getProperties().map((property) => {
      // As it was written, quotes and backslashes and all.
      const raw = property.getUnescapedValue();
      return { name: property.getName(), value: raw === null ? null : word(instruction, raw, stages === 0 ? globalArguments : variables) };
    });

  function from(instruction: Instruction): void {
    stages++;
    if (stages > 1)
      return void refuse(instruction, 'a second FROM makes a multi-stage build', 'build the earlier stage on your side and COPY its result');
    for (const flag of (instruction as ModifiableInstruction).getFlags()) {
      if (flag.getName() !== 'platform') refuse(instruction, `FROM --${flag.getName()} is unknown`, 'remove it');
      const [os_, architecture_] = word(instruction, flag.getValue() ?? '', globalArguments).split('/');
      if (os_ && architecture_) [os, architecture] = [os_, architecture_];
    }
    const base = word(instruction, instruction.getArguments()[0]?.getValue() ?? '', globalArguments);
    const name = base.split('@')[0]?.split('/').at(-1)?.split(':')[0] ?? '';
    if (!runtimes.includes(name)) {
      refuse(
        instruction,
        `base image "${base}" brings programs of its own, which a packed image lacks`,
        'start FROM node:…, python:… or scratch, or push an image that Docker has built',
      );
    }
    if (name !== 'scratch') labels[baseNameLabel] = base;
  }

  function copy(instruction: Instruction): void {
    const keyword = instruction.getKeyword();
    let executable: boolean | undefined;
    for (const flag of (instruction as ModifiableInstruction).getFlags()) {
      const value = flag.getValue() ?? '';
      if (flag.getName() === 'chmod' && /^[0-7]{3,4}$/.test(value)) executable = (Number.parseInt(value, 8) & 0o100) !== 0;
      else if (flag.getName() === 'from')
        return void refuse(instruction, `${keyword} --from needs a multi-stage build`, 'COPY from the folder itself');
      else refuse(instruction, `${keyword} --${flag.getName()}=${value} is not honoured in a packed image`, 'remove it; files belong to root');
    }
    const content = rest(instruction);
    if (content.includes('<<')) return void refuse(instruction, `${keyword} with a here-document is not supported`, 'put the text into a file');
    const paths = jsonList(content)?.map((path) => word(instruction, path)) ?? words(instruction);
    const to = paths.pop();
    if (paths.length === 0 || to === undefined)
      return void mistake(instruction, `${keyword} needs a source and a destination`, 'write `COPY source … destination`');
    if (paths.length > 1 && !/(?:^|\/)\.?$/.test(to))
      return void mistake(instruction, `${keyword} of several sources needs a folder to put them into, "${to}" is none`, `write "${to}/"`);
    const url = paths.find((path) => /^[a-z]+:\/\/|^git@/i.test(path));
    if (url) return void refuse(instruction, `${keyword} of "${url}" would download at build time`, 'download it into the folder and COPY it');
    const packed = keyword === 'ADD' ? paths.find((path) => /\.(tar|tgz|tbz2?|txz|gz|bz2|xz)$/i.test(path)) : undefined;
    if (packed) return void refuse(instruction, `ADD would unpack "${packed}"`, 'unpack it in the folder and COPY its content');
    steps.push({
      line: lineOf(instruction),
      from: paths,
      to: posix.resolve(workingDir ?? '/', to),
      intoFolder: to.endsWith('/') || to === '.' || to.endsWith('/.') || paths.length > 1,
      unpacks: keyword === 'ADD',
      ...(executable === undefined ? {} : { executable }),
    });
  }

  /** The words of an exec form; of a shell form what Docker makes of it. Undefined: an empty list, which takes back an earlier one. */
  function command(instruction: Instruction): readonly string[] | undefined {
    const list = jsonList(rest(instruction)) ?? ['/bin/sh', '-c', rest(instruction)];
    return list.length > 0 ? list : undefined;
  }

  function read(instruction: Instruction): void {
    const keyword = instruction.getKeyword();
    if (stages === 0 && keyword !== 'FROM' && keyword !== 'ARG') return void mistake(instruction, `${keyword} before FROM`, 'begin with FROM');
    switch (keyword) {
      case 'FROM':
        return from(instruction);
      case 'ARG':
        for (const { name, value } of properties(instruction)) {
          declared.add(name);
          const known = buildArguments[name] ?? value ?? globalArguments.get(name) ?? '';
          if (stages === 0) globalArguments.set(name, known);
          // An ENV of the same name wins over an ARG.
          else if (!setByImage.has(name)) variables.set(name, known);
        }
        return;
      case 'ENV':
        // All of one instruction are expanded with what was set before it.
        for (const { name, value } of properties(instruction)) {
          environment.set(name, value ?? '');
          setByImage.add(name);
        }
        for (const [name, value] of environment) variables.set(name, value);
        return;
      case 'LABEL':
        for (const { name, value } of properties(instruction)) labels[name] = value ?? '';
        return;
      case 'WORKDIR':
        workingDir = posix.resolve(workingDir ?? '/', word(instruction, rest(instruction)));
        steps.push({ line: lineOf(instruction), from: [], to: workingDir, intoFolder: true, unpacks: false });
        return;
      case 'EXPOSE':
        ports.push(...words(instruction).filter(Boolean).flatMap(portsOf));
        return;
      case 'USER':
        user = words(instruction)[0];
        return;
      case 'STOPSIGNAL':
        if (!['SIGTERM', '15'].includes(words(instruction)[0] ?? '')) {
          refuse(instruction, 'SageMaker stops a container with SIGTERM, whatever STOPSIGNAL says', 'remove it and handle SIGTERM', 'CC-19');
        }
        return;
      case 'COPY':
      case 'ADD':
        return copy(instruction);
      case 'CMD':
        cmd = command(instruction);
        return;
      case 'ENTRYPOINT':
        entrypointLine = lineOf(instruction);
        entrypoint = command(instruction);
        return;
      default: {
        const known = refusedInstructions[keyword];
        if (known) refuse(instruction, ...known);
        else mistake(instruction, `${keyword} is no instruction`, 'check the spelling');
      }
    }
  }

  for (const instruction of dockerfileAst.DockerfileParser.parse(text).getInstructions()) read(instruction);
  for (const name of Object.keys(buildArguments).filter((one) => !declared.has(one))) {
    mistakes.push({
      level: 'warning',
      where: `${file}:1`,
      what: `the build argument "${name}" is of no use, no ARG declares it`,
      fix: `write ARG ${name} after FROM, or leave it out`,
    });
  }
  if (stages === 0)
    mistakes.push({
      level: 'error',
      where: `${file}:1`,
      what: 'there is no FROM',
      fix: 'begin with FROM node:24-slim, FROM python:3.13-slim or FROM scratch',
    });

  return {
    config: {
      ...(entrypoint ? { Entrypoint: entrypoint } : {}),
      ...(cmd ? { Cmd: cmd } : {}),
      Env: [...environment].map(([name, value]) => `${name}=${value}`),
      ...(workingDir ? { WorkingDir: workingDir } : {}),
      Labels: labels,
      ...(user ? { User: user } : {}),
      ExposedPorts: [...new Set(ports)].sort(),
      architecture,
      os,
    },
    steps,
    findings,
    mistakes,
    ...(entrypointLine === undefined ? {} : { entrypointLine }),
  };
}

/** `8080`, `8080/udp`, `7000-7002`: each port of it, with its protocol. */
function portsOf(text: string): string[] {
  const [range = '', protocol = 'tcp'] = text.split('/');
  const [first = 0, last = first] = range.split('-').map(Number);
  // What is no number is kept as it is written: it tells nobody anything.
  if (!Number.isInteger(first) || !Number.isInteger(last) || last < first || last > 65_535) return [`${range}/${protocol}`];
  return Array.from({ length: last - first + 1 }, (_, index) => `${first + index}/${protocol}`);
}

/** A JSON list of texts, or undefined: Docker reads anything else as shell form. */
function jsonList(text: string): string[] | undefined {
  if (!text.startsWith('[')) return undefined;
  try {
    // A backslash before a line's end continues the instruction; JSON knows no such thing.
    const list: unknown = JSON.parse(text.replace(/\\\r?\n/g, ' '));
    return Array.isArray(list) && list.every((word) => typeof word === 'string') ? list : undefined;
  } catch {
    return undefined;
  }
}
