import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The worker's main file, and what it imports. */
const main = 'worker';
const files: Readonly<Record<string, URL>> = {
  [main]: new URL('./worker.ts', import.meta.url),
  'runtime/handler': new URL('./runtime/handler.ts', import.meta.url),
};

/**
 * The worker's program as plain JavaScript below `folder`; returns its main file.
 *
 * Node strips types by itself, but loads its parser for that in every thread anew: 45 ms and some megabytes an environment.
 * Stripped once, a thread starts in half the time.
 */
export function workerProgram(folder: string): string {
  const extension = path.extname(fileURLToPath(import.meta.url));
  if (extension !== '.ts') return fileURLToPath(new URL(`./${main}${extension}`, import.meta.url));
  // Stripping is still called experimental, and would say so on the terminal of whoever runs the emulator.
  // oxlint-disable-next-line typescript/unbound-method -- it is put back as it was
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    for (const [file, url] of Object.entries(files)) {
      const source = readFileSync(url, 'utf8');
      const program = path.join(folder, `${file}.mjs`);
      mkdirSync(path.dirname(program), { recursive: true });
      writeFileSync(program, stripTypeScriptTypes(source).replaceAll(/from '(\.[\w./-]+)\.ts'/g, "from '$1.mjs'"));
    }
  } finally {
    process.emitWarning = emitWarning;
  }
  return path.join(folder, `${main}.mjs`);
}
