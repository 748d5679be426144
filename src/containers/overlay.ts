import { cpSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * A copy of `base` with the files of each change laid over it in turn, executable bits kept.
 *
 * @returns a new folder in the system's temporary folder; the caller removes it
 */
export function overlay(base: string, ...changes: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'image-'));
  for (const source of [base, ...changes]) cpSync(source, folder, { recursive: true });
  return folder;
}
