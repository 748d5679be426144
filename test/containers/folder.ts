import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A file's text; with `executable` as a program. */
export type FileSpec = string | { readonly text: string; readonly executable: true };

export const program = (text: string): FileSpec => ({ text, executable: true });

const made: string[] = [];
process.once('exit', () => {
  for (const folder of made) rmSync(folder, { recursive: true, force: true });
});

/** A temporary folder of these files, removed when the test process ends. */
export function folderOf(files: Readonly<Record<string, FileSpec>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'containers-test-'));
  made.push(folder);
  for (const [path, file] of Object.entries(files)) {
    const absolute = join(folder, path);
    mkdirSync(dirname(absolute), { recursive: true });
    writeFileSync(absolute, typeof file === 'string' ? file : file.text);
    chmodSync(absolute, typeof file === 'string' ? 0o644 : 0o755);
  }
  return folder;
}

/** Its first line is `FROM`, its fifth and last a `LABEL`. */
export const goodDockerfile = [
  'FROM node:24-slim',
  'WORKDIR /opt/program',
  'COPY train serve ./',
  'ENV PATH="/opt/program:${PATH}"',
  'LABEL com.amazonaws.sagemaker.capabilities.accept-bind-to-port=true',
  '',
].join('\n');

/** The smallest image that passes every check. */
export const goodImage = {
  Dockerfile: goodDockerfile,
  train: program('#!/bin/sh\necho trained\n'),
  serve: program('#!/bin/sh\necho served\n'),
} as const satisfies Record<string, FileSpec>;
