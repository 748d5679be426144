import { createHash } from 'node:crypto';
import { createReadStream, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Larger files are told apart by size and time alone. */
const hashedBytes = 64 * 1024 * 1024;

/** What lies below a folder: a mark of each file's content by its path. A missing folder holds nothing. */
export async function snapshot(folder: string): Promise<ReadonlyMap<string, string>> {
  const marks = new Map<string, string>();
  let names: string[];
  try {
    names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  } catch {
    return marks;
  }
  for (const name of names.sort()) {
    const status = lstatSync(join(folder, name), { throwIfNoEntry: false });
    if (!status || status.isDirectory()) continue;
    marks.set(name, status.isFile() && status.size <= hashedBytes ? await hashOf(join(folder, name)) : `${status.size} ${status.mtimeMs}`);
  }
  return marks;
}

async function hashOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer); // A stream without an encoding gives buffers.
  } catch {
    return 'unreadable';
  }
  return hash.digest('hex');
}

/** Paths that are new, gone or other than before. */
export const changes = (before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): readonly string[] =>
  [...new Set([...before.keys(), ...after.keys()])].filter((path) => before.get(path) !== after.get(path)).sort();
