import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { unzipSync } from 'fflate';
import { AwsError } from '../aws-error.ts';

/** A deployment package: a zip and what is in it. */
export interface CodePackage {
  /** SHA-256 of the zip, base64, as `CodeSha256`. */
  readonly sha256: string;
  /** Bytes of the zip. */
  readonly size: number;
  /** Path inside the zip -> content. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

const unzippedLimit = 262_144_000;

/** Packages read lately, by hash, the latest last: what is deployed again and again is unzipped, and later compiled, once. */
const known = new Map<string, CodePackage>();
const knownLimit = 64;

/**
 * Reads a deployment package.
 *
 * @throws AwsError `InvalidParameterValueException` for bytes that are no zip, or unzip to more than 250 MB
 */
export function codePackage(zip: Uint8Array): CodePackage {
  const sha256 = createHash('sha256').update(zip).digest('base64');
  const code = known.get(sha256) ?? unzipped(zip, sha256);
  known.delete(sha256);
  known.set(sha256, code);
  for (const oldest of known.keys()) if (known.size > knownLimit) known.delete(oldest);
  return code;
}

function unzipped(zip: Uint8Array, sha256: string): CodePackage {
  let entries: Record<string, Uint8Array>;
  try {
    entries = unzipSync(zip, { filter: (file) => !file.name.endsWith('/') });
  } catch (cause) {
    throw new AwsError('InvalidParameterValueException', 'Could not unzip uploaded file. Please check your file, then try to upload again.', {
      cause,
    });
  }
  const names = Object.keys(entries).sort();
  if (names.length === 0) throw new AwsError('InvalidParameterValueException', 'Uploaded file must be a non-empty zip');
  const outside = names.find((name) => path.posix.normalize(name).startsWith('..') || path.posix.isAbsolute(name));
  if (outside !== undefined) throw new AwsError('InvalidParameterValueException', `Could not unzip uploaded file: "${outside}" leaves the package`);
  const files = new Map(names.map((name) => [path.posix.normalize(name), entries[name] ?? new Uint8Array()]));
  const bytes = [...files.values()].reduce((sum, content) => sum + content.byteLength, 0);
  if (bytes > unzippedLimit) {
    throw new AwsError('InvalidParameterValueException', `Unzipped size must be smaller than ${unzippedLimit} bytes`);
  }
  return { sha256, size: zip.byteLength, files };
}

/** The order in which Lambda's runtime tries a module's file. */
export const moduleExtensions = ['', '.js', '.mjs', '.cjs'] as const;

/** Writes the package under `folder`, once for each content; returns where it stands. */
export function unpackedAt(folder: string, code: CodePackage): string {
  const root = path.join(folder, Buffer.from(code.sha256, 'base64').toString('hex').slice(0, 32));
  if (existsSync(root)) return root;
  const building = `${root}.part`;
  for (const [name, content] of code.files) {
    const file = path.join(building, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
  renameSync(building, root);
  return root;
}
