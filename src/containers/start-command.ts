import { accessSync, closeSync, constants, existsSync, openSync, readSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { ContainerCannotStart, type Instead } from './container.ts';
import { hostPath, imageSearchPath, type Places } from './environment.ts';
import { type ImageConfig, isShellForm } from './image.ts';

/** The word SageMaker starts an image with. */
export type Word = 'train' | 'serve';

/**
 * What `docker run <image> <word>` starts: the ENTRYPOINT with the word as its argument, or the word itself as a program.
 * An entry point given instead gets the arguments given, and never the word; arguments alone replace the word.
 *
 * @throws ContainerCannotStart for a shell-form ENTRYPOINT
 */
export function startCommand(config: ImageConfig, word: Word, instead?: Instead): { readonly program: string; readonly args: readonly string[] } {
  const [own, ...rest] = instead?.entrypoint ?? [];
  if (own !== undefined) return { program: own, args: [...rest, ...(instead?.arguments ?? [])] };
  if (isShellForm(config.Entrypoint)) {
    throw new ContainerCannotStart(
      `Cannot start "${word}": the image's ENTRYPOINT is in shell form (${JSON.stringify(config.Entrypoint)}), which swallows the word; use the exec form`,
    );
  }
  const [program, ...args] = [...(config.Entrypoint ?? []), ...(instead?.arguments ?? [word])];
  // The word stands there, or at least one argument.
  return { program: program!, args };
}

const isProgram = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
};

const findOn = (folders: readonly string[], name: string): string | undefined => folders.map((folder) => join(folder, name)).find(isProgram);

/** The `#!` line's words; undefined when the file doesn't begin with one. */
function shebang(path: string): string[] | undefined {
  const file = openSync(path, 'r');
  try {
    const head = Buffer.alloc(256);
    const text = head.toString('utf8', 0, readSync(file, head));
    return text.startsWith('#!') ? text.slice(2).split('\n')[0]?.trim().split(/\s+/) : undefined;
  } finally {
    closeSync(file);
  }
}

/**
 * The command line that starts an image's program as a process of this machine. The image's programs come from its unpacked files, an
 * interpreter (`node`, `python3`) from the image and then from the machine's own search path.
 *
 * @param hostSearchPath folders of the machine's PATH
 * @throws ContainerCannotStart with Docker's words where the program is missing or not executable
 */
export function processCommand(
  spec: Places & { readonly config: ImageConfig; readonly command: Word; readonly instead?: Instead | undefined },
  hostSearchPath: readonly string[],
): { readonly file: string; readonly args: readonly string[] } {
  const { program, args } = startCommand(spec.config, spec.command, spec.instead);
  const inImage = imageSearchPath(spec.config, spec);
  const interpreter = (name: string): string | undefined => {
    const mapped = hostPath(name, spec);
    return name.includes('/') && isProgram(mapped) ? mapped : findOn([...inImage, ...hostSearchPath], basename(name));
  };

  let file: string;
  if (program.includes('/')) {
    const absolute = program.startsWith('/') ? program : join('/', spec.config.WorkingDir ?? '/', program);
    const mapped = join(spec.rootFolder, absolute);
    if (existsSync(mapped)) {
      if (!isProgram(mapped)) throw new ContainerCannotStart(`exec: "${program}": permission denied; make it executable in the image (chmod +x)`);
      file = mapped;
    } else {
      const host = interpreter(absolute);
      if (!host) throw new ContainerCannotStart(`exec: "${program}": no such file or directory`);
      file = host;
    }
  } else {
    // A program named without ENTRYPOINT has to be the image's own: the machine may have a "train" of another kind.
    const found = findOn(inImage, program) ?? (spec.config.Entrypoint || spec.instead?.entrypoint ? findOn(hostSearchPath, program) : undefined);
    if (!found) throw new ContainerCannotStart(`exec: "${program}": executable file not found in $PATH`);
    file = found;
  }
  const mappedArgs = args.map((argument) => hostPath(argument, spec));
  const hashBang = file.startsWith(spec.rootFolder) ? shebang(file) : undefined;
  if (!hashBang) return { file, args: mappedArgs };

  const viaEnv = basename(hashBang[0] ?? '') === 'env';
  const words = viaEnv ? hashBang.slice(hashBang[1] === '-S' ? 2 : 1) : hashBang;
  const name = words[0] ?? '';
  const found = interpreter(name);
  if (!found) {
    throw new ContainerCannotStart(
      `exec: "${program}": its interpreter "${name}" is neither in the image nor on this machine; install it, or run the image with Docker`,
    );
  }
  return { file: found, args: [...words.slice(1), file, ...mappedArgs] };
}
