import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The worker's files, main one first, by their path beside this one. */
const files = ['worker', 'runtime/handler'] as const;

/**
 * The worker's program as plain JavaScript below `folder`; returns its main file.
 *
 * Node strips types by itself, but loads its parser for that in every thread anew: 45 ms and some megabytes an environment.
 * Stripped once, a thread starts in half the time.
 */
export function workerProgram(folder: string): string {
  const extension = path.extname(fileURLToPath(import.meta.url));
  if (extension !== '.ts') return fileURLToPath(new URL(`./${files[0]}${extension}`, import.meta.url));
  // Stripping is still called experimental, and would say so on the terminal of whoever runs the emulator.
  // oxlint-disable-next-line typescript/unbound-method -- it is put back as it was
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    for (const file of files) {
      const source = readFileSync(new URL(`./${file}.ts`, import.meta.url), 'utf8');
      const program = path.join(folder, `${file}.mjs`);
      mkdirSync(path.dirname(program), { recursive: true });
      writeFileSync(program, stripTypeScriptTypes(source).replaceAll(/from '(\.[\w./-]+)\.ts'/g, "from '$1.mjs'"));
    }
  } finally {
    process.emitWarning = emitWarning;
  }
  return path.join(folder, `${files[0]}.mjs`);
}
