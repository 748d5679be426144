import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Everything the package is made of; what packages it, last. */
const sources = [
  'functions',
  'infrastructure',
  'src/app',
  'src/aws',
  'src/candidate',
  'src/containers',
  'src/gates',
  'src/ledger',
  'src/ports',
  'src/rollout',
  'src/statistics',
  'src/strategies',
  'src/triggers',
  'src/view',
  'state-machines',
  'serverless.yml',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'scripts/package.ts',
  'scripts/process.ts',
];

/** A folder of its own with what is packaged: whoever edits the tree meanwhile, or packages it as well, is not in the way. */
export function stage(): string {
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'sluice-package-')));
  for (const source of sources) cpSync(path.join(root, source), path.join(folder, source), { recursive: true });
  symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'));
  return folder;
}

function hashOf(folder: string): string {
  const hash = createHash('sha256');
  for (const source of sources) {
    const files = statSync(path.join(folder, source)).isDirectory()
      ? readdirSync(path.join(folder, source), { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
          .toSorted((a, b) => (a < b ? -1 : 1))
      : [source];
    for (const file of files)
      hash
        .update(file)
        .update('\0')
        .update(readFileSync(path.join(folder, file)))
        .update('\0');
  }
  return hash.digest('hex').slice(0, 16);
}

/**
 * Packages the service as it is now, in a folder nobody else uses.
 *
 * @param to where the template and the zips go; must not exist
 * @param staged what to package; the tree as it is if left out
 */
export async function packageAnew(to: string, staged = stage()): Promise<void> {
  try {
    const child = spawn(process.execPath, ['scripts/package.ts', '--package', to], { cwd: staged, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (said += text));
    const code = await new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve));
    if (code !== 0) throw new Error(`Cannot package the service (exit ${code}):\n${said.trim()}`);
  } finally {
    rmSync(staged, { recursive: true, force: true });
  }
}

/** Packaging takes half a minute on a busy machine; whoever holds the lock for longer than this has died. */
const longestMs = 240_000;
const ageMs = (folder: string) => Date.now() - (statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());

/** The folder of the packaged service; packaged once for what the sources are now, however many workers and runs ask. */
export async function packagedService(): Promise<string> {
  const cache = path.join(root, 'node_modules/.cache/sluice');
  mkdirSync(cache, { recursive: true });
  const staged = stage();
  const folder = path.join(cache, hashOf(staged));
  const lock = `${folder}.lock`;
  try {
    for (;;) {
      if (existsSync(folder)) return folder;
      try {
        mkdirSync(lock);
        break;
      } catch {
        if (ageMs(lock) > longestMs) rmSync(lock, { recursive: true, force: true });
        await sleep(200);
      }
    }
    try {
      if (existsSync(folder)) return folder;
      const making = `${folder}.making`;
      rmSync(making, { recursive: true, force: true });
      await packageAnew(making, staged);
      renameSync(making, folder);
      forget(cache, folder);
      return folder;
    } finally {
      rmSync(lock, { recursive: true, force: true });
    }
  } finally {
    rmSync(staged, { recursive: true, force: true });
  }
}

/** Packages of earlier sources go after a day. */
function forget(cache: string, except: string): void {
  for (const name of readdirSync(cache)) {
    const folder = path.join(cache, name);
    if (folder !== except && ageMs(folder) > 86_400_000) rmSync(folder, { recursive: true, force: true });
  }
}
