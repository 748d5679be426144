/**
 * Makes the virtual environments of the examples that are written in Python: `node scripts/python.ts [example …]`, default all.
 * One that is there and has what its requirements.txt says is left as it is. Ends with 0 where at least one example can run, with 3 and the
 * reasons where the machine lacks what each of them needs, with 1 where the machine has it and something failed.
 */
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { leaveWith, root, run } from './process.ts';

/** Why an example cannot run here, in words a person can act on. */
export interface Unavailable {
  readonly reason: string;
  /** True where Python is here and the packages could not be installed: nobody may take that for a machine without Python. */
  readonly failed: boolean;
}

/** The oldest Python whose packages the examples pin. */
const oldest = [3, 11] as const;
const names = ['python3', 'python3.13', 'python3.12', 'python3.11', 'python3.14'];
/** Wall seconds; what has no wheel for this machine is compiled. */
const installLimitSeconds = 300;

/** The examples that have a requirements.txt, by name. */
export const pythonExamples = (): readonly string[] =>
  globSync('examples/*/requirements.txt', { cwd: root })
    .map((file) => path.basename(path.dirname(file)))
    .sort();

/** The folder of an example's own `python3`: put it first on the PATH of whatever runs the example as plain processes. */
export const binFolder = (example: string): string => path.join(root, 'examples', example, '.venv/bin');

/** A Python that is new enough and can make virtual environments; undefined where there is none. */
async function findPython(): Promise<string | undefined> {
  const probe = `import sys, venv, ensurepip; sys.exit(sys.version_info < (${oldest.join(', ')}))`;
  for (const name of names) {
    const { code } = await run([name, '-c', probe], { shows: false, limitSeconds: 20 });
    if (code === 0) return name;
  }
  return undefined;
}

const isDebian = (): boolean => existsSync('/usr/bin/apt-get');

/** Root of a Debian system may install what is missing. */
async function installPackages(...packages: readonly string[]): Promise<void> {
  if (process.getuid?.() !== 0 || !isDebian()) return;
  await run(['apt-get', 'update'], { shows: false, limitSeconds: 60 });
  await run(['apt-get', 'install', '--yes', '--no-install-recommends', ...packages], { shows: false, limitSeconds: 180 });
}

/** How a compiler that is missing, or finds no header files of Python's, shows in what pip prints. */
const noCompiler = /Python\.h|command '[^']*(?:gcc|cc|clang)[^']*' failed: No such file|unable to execute|No C compiler/;

/** Makes an example's virtual environment where it is not there yet; one that could not be made whole is not left behind. */
export async function makeEnvironment(example: string): Promise<Unavailable | undefined> {
  const folder = path.dirname(binFolder(example));
  try {
    const unavailable = await environmentOf(example);
    if (unavailable) rmSync(folder, { recursive: true, force: true });
    return unavailable;
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

async function environmentOf(example: string): Promise<Unavailable | undefined> {
  const requirements = path.join(root, 'examples', example, 'requirements.txt');
  const folder = path.dirname(binFolder(example));
  const stamp = path.join(folder, 'made-of');
  const madeOf = createHash('sha256').update(readFileSync(requirements)).digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === madeOf) {
    // A Python that was updated or removed takes its environments along.
    const { code } = await run([path.join(folder, 'bin/python3'), '-c', 'import pip'], { shows: false, limitSeconds: 20 });
    if (code === 0) return undefined;
  }
  const found = (await findPython()) ?? (await installPackages('python3', 'python3-venv').then(findPython));
  if (found === undefined) {
    return { failed: false, reason: `no Python ${oldest.join('.')} or later with venv and pip is on the PATH: install one (Debian: python3-venv)` };
  }
  rmSync(folder, { recursive: true, force: true });
  const made = await run([found, '-m', 'venv', folder], { shows: false, limitSeconds: 60 });
  if (made.code !== 0) return { failed: true, reason: `${found} -m venv failed: ${lastLine(made.output)}` };
  const install = ['-m', 'pip', 'install', '--disable-pip-version-check', '--quiet', '--requirement', requirements] as const;
  const pip = () => run([path.join(folder, 'bin/python3'), ...install], { shows: false, limitSeconds: installLimitSeconds });
  let installed = await pip();
  if (installed.code !== 0 && noCompiler.test(installed.output)) {
    await installPackages('gcc', 'libc6-dev', 'python3-dev');
    installed = await pip();
    if (installed.code !== 0 && noCompiler.test(installed.output))
      return { failed: false, reason: "a package has to be compiled: a C compiler and Python's header files are needed (Debian: gcc, python3-dev)" };
  }
  if (installed.code !== 0) return { failed: true, reason: `pip could not install ${requirements}: ${lastLine(installed.output)}` };
  writeFileSync(stamp, madeOf);
  return undefined;
}

const lastLine = (text: string): string => text.trimEnd().split('\n').at(-1) ?? '';

/**
 * Puts nginx into the environment of an example that has a configuration for it, where the machine has none: the program alone, out of Debian's
 * package, so that no server is started and nothing outside the folder is touched. Without it the example serves all the same.
 */
async function bringNginx(example: string): Promise<void> {
  if (!existsSync(path.join(root, 'examples', example, 'image/nginx.conf')) || !isDebian()) return;
  const own = path.join(binFolder(example), 'nginx');
  const quietly = (...command: readonly [string, ...string[]]) => run(command, { shows: false, limitSeconds: 60 });
  for (const program of ['nginx', own]) if ((await quietly(program, '-v')).code === 0) return;
  const folder = mkdtempSync(path.join(tmpdir(), 'nginx-'));
  try {
    const download = () => quietly('sh', '-c', 'cd "$1" && apt-get download nginx && dpkg-deb --extract nginx_*.deb .', 'sh', folder);
    let { code } = await download();
    if (code !== 0 && process.getuid?.() === 0) {
      await quietly('apt-get', 'update');
      ({ code } = await download());
    }
    const program = path.join(folder, 'usr/sbin/nginx');
    // Its libraries are the machine's, or are not there.
    if (code === 0 && (await quietly(program, '-v')).code === 0) copyFileSync(program, own);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function main(): Promise<number> {
  const known = pythonExamples();
  const wanted = process.argv.slice(2).map((name) => path.basename(path.resolve(name)));
  const unknown = wanted.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    console.log(`Example "${unknown}" has no requirements.txt; known are ${known.join(', ')}`);
    return 1;
  }
  const outcomes: (Unavailable | undefined)[] = [];
  for (const example of wanted.length > 0 ? wanted : known) {
    const startedAt = performance.now();
    const unavailable = await makeEnvironment(example);
    if (!unavailable) await bringNginx(example);
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    console.log(`${example}: ${unavailable?.reason ?? `ready in examples/${example}/.venv (${seconds} s)`}`);
    outcomes.push(unavailable);
  }
  if (outcomes.some((unavailable) => unavailable?.failed)) return 1;
  // Nothing is broken, the machine has no Python. One that has, and lacks what another example needs, does what it can.
  return outcomes.every((unavailable) => unavailable !== undefined) ? 3 : 0;
}

if (import.meta.main) await leaveWith(main);
