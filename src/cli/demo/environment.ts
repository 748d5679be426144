import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { folderOf } from './examples.ts';

const script = fileURLToPath(new URL('../../../scripts/python.ts', import.meta.url));

/**
 * Makes the virtual environment that an example's images need as plain processes, where it is not there yet, and puts its programs first on
 * this process's PATH. An example without a requirements.txt needs none.
 *
 * @param tell told before what may take a while
 * @throws Error with the reason, where there is no Python or its packages cannot be had
 */
export async function enterEnvironment(name: string, tell: (stage: string) => void, signal: AbortSignal): Promise<void> {
  const folder = folderOf(name);
  if (!existsSync(join(folder, 'requirements.txt'))) return;
  tell(`looking for the virtual environment of ${name}; the first time it is made, of Python packages from your index`);
  const child = spawn(process.execPath, [script, name], { stdio: ['ignore', 'pipe', 'pipe'], signal });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (said += text));
  const code = await new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve));
  if (code !== 0)
    throw new Error(`Example "${name}" needs Python as plain processes; with a Docker engine, --engine docker does without. ${said.trim()}`);
  process.env['PATH'] = [join(folder, '.venv/bin'), process.env['PATH'] ?? ''].join(delimiter);
}
