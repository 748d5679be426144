/**
 * Makes the virtual environments of the examples that are written in Python: `node scripts/python.ts [example …]`, default all.
 * One that is there and has what its requirements.txt says is left as it is.
 */
import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root, run } from './process.ts';

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

/** Root of a Debian system may install what is missing. */
async function installPackages(...packages: readonly string[]): Promise<void> {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return;
  await run(['apt-get', 'update'], { shows: false, limitSeconds: 60 });
  await run(['apt-get', 'install', '--yes', '--no-install-recommends', ...packages], { shows: false, limitSeconds: 180 });
}

/** How a compiler that is missing, or finds no header files of Python's, shows in what pip prints. */
const noCompiler = /Python\.h|command '[^']*(?:gcc|cc|clang)[^']*' failed: No such file|unable to execute|No C compiler/;

/** Makes an example's virtual environment where it is not there yet. */
export async function makeEnvironment(example: string): Promise<Unavailable | undefined> {
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

if (import.meta.main) {
  const known = pythonExamples();
  const wanted = process.argv.slice(2).map((name) => path.basename(path.resolve(name)));
  for (const example of wanted.length > 0 ? wanted : known) {
    if (!known.includes(example)) throw new Error(`Example "${example}" has no requirements.txt; known are ${known.join(', ')}`);
    const startedAt = performance.now();
    const unavailable = await makeEnvironment(example);
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    console.log(`${example}: ${unavailable?.reason ?? `ready in examples/${example}/.venv (${seconds} s)`}`);
    // 3: nothing is broken, the machine has no Python.
    if (unavailable) process.exitCode = unavailable.failed ? 1 : (process.exitCode ?? 3);
  }
}
