import { createReadStream, createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { posix } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { mayBeOwn } from '../checks/files/text.ts';
import type { ImageContents, ImageFile } from '../checks/seen.ts';
import { environmentOf, parseImageConfig } from '../image.ts';
import type { Word } from '../start-command.ts';
import { tarEntries } from './tar.ts';

/** A built image that lies in a file. */
export interface SavedImage {
  readonly contents: ImageContents;
  /** Bytes of each layer as it lies there. */
  readonly layerBytes: readonly number[];
  /** Of what the archive's index points to; unset in what `docker save` writes, which says nothing of how a push would store it. */
  readonly mediaType?: string;
  /** `linux/amd64`, of each entry of an index. Unset: it is no index. */
  readonly platforms?: readonly string[];
}

/** A file that holds no image. */
export class NoSavedImage extends Error {
  override name = 'NoSavedImage';
}

interface Descriptor {
  readonly mediaType?: string;
  readonly digest: string;
  readonly platform?: { readonly os?: string; readonly architecture?: string };
}
interface Document {
  readonly mediaType?: string;
  readonly manifests?: readonly Descriptor[];
  readonly config?: Descriptor;
  readonly layers?: readonly Descriptor[];
}

/**
 * Reads what `docker save` writes, or an OCI layout as a tar (`buildx build --output type=oci`), without unpacking it. Of large files and
 * of what comes with the base only the first bytes are kept.
 *
 * @param scratch where a compressed archive may be unpacked to
 * @throws NoSavedImage where it is neither
 */
export async function readSavedImage(file: string, commands: readonly Word[], scratch: string): Promise<SavedImage> {
  const plain = await withoutGzip(file, posix.join(scratch, 'image.tar'));
  const places = new Map<string, { readonly at: number; readonly bytes: number }>();
  try {
    for await (const { path, kind, at, bytes } of tarEntries(createReadStream(plain))) {
      if (kind === 'file') places.set(posix.normalize(path), { at, bytes });
    }
  } catch (cause) {
    throw new NoSavedImage(`"${file}" is no image: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
  const read = async (path: string): Promise<Buffer> => {
    const place = places.get(path);
    if (!place) throw new NoSavedImage(`"${file}" is no whole image: it has no ${path}`);
    const handle = await open(plain);
    try {
      const content = Buffer.alloc(place.bytes);
      await handle.read(content, 0, place.bytes, place.at);
      return content;
    } finally {
      await handle.close();
    }
  };
  const json = async (path: string) => JSON.parse((await read(path)).toString('utf8')) as unknown;
  const blob = ({ digest }: Descriptor) => `blobs/${digest.replace(':', '/')}`;

  let configPath: string;
  let layerPaths: readonly string[];
  let stored: Pick<SavedImage, 'mediaType' | 'platforms'> = {};
  if (places.has('manifest.json')) {
    const [image] = (await json('manifest.json')) as { Config: string; Layers: string[] }[]; // Docker's own document.
    if (!image) throw new NoSavedImage(`"${file}" holds no image`);
    [configPath, layerPaths] = [image.Config, image.Layers];
  } else if (places.has('index.json')) {
    const { manifests: [top] = [] } = (await json('index.json')) as Document; // OCI's own document.
    if (!top) throw new NoSavedImage(`"${file}" holds no image`);
    let document = (await json(blob(top))) as Document;
    const platformOf = ({ platform }: Descriptor) => `${platform?.os ?? 'unknown'}/${platform?.architecture ?? 'unknown'}`;
    const mediaType = top.mediaType ?? document.mediaType;
    stored = { ...(mediaType === undefined ? {} : { mediaType }), ...(document.manifests ? { platforms: document.manifests.map(platformOf) } : {}) };
    const chosen = document.manifests?.find((one) => platformOf(one).startsWith('linux/'));
    if (document.manifests && !chosen)
      throw new NoSavedImage(`"${file}" holds no image for Linux, but ${document.manifests.map(platformOf).join(', ')}`);
    if (chosen) document = (await json(blob(chosen))) as Document;
    if (!document.config) throw new NoSavedImage(`"${file}" holds no image: its manifest names no configuration`);
    [configPath, layerPaths] = [blob(document.config), (document.layers ?? []).map(blob)];
  } else {
    throw new NoSavedImage(`"${file}" is no image: it has neither manifest.json (docker save) nor index.json (an OCI layout)`);
  }

  const config = parseImageConfig(await read(configPath));
  const tree = new Tree();
  for (const path of layerPaths) {
    const place = places.get(posix.normalize(path));
    if (!place) throw new NoSavedImage(`"${file}" is no whole image: it has no ${path}`);
    const range = { start: place.at, end: place.at + place.bytes - 1 };
    await tree.lay(layerStream(plain, range, await firstBytes(plain, place.at)));
  }
  const search = (environmentOf(config)['PATH'] ?? '').split(':');
  return {
    contents: { config, ...tree.resolved(search), commands, where: file },
    layerBytes: layerPaths.map((path) => places.get(posix.normalize(path))?.bytes ?? 0),
    ...stored,
  };
}

/** An image's files as its layers come one over another. */
class Tree {
  readonly #files = new Map<string, ImageFile>();
  readonly #folders = new Set<string>();
  readonly #links = new Map<string, string>();

  async lay(layer: AsyncIterable<Uint8Array>): Promise<void> {
    const added: [string, ImageFile | { readonly to: string } | 'folder'][] = [];
    for await (const { path: name, kind, mode, target, content } of tarEntries(layer, ({ path, bytes }) => mayBeOwn(absolute(path), bytes))) {
      const path = absolute(name);
      const base = posix.basename(path);
      // Whiteouts hide what a lower layer brought, never what this one does.
      if (base === '.wh..wh..opq') this.#remove(posix.dirname(path), true);
      else if (base.startsWith('.wh.')) this.#remove(posix.join(posix.dirname(path), base.slice('.wh.'.length)));
      else if (kind === 'folder') added.push([path, 'folder']);
      else if (kind === 'symlink') added.push([path, { to: posix.resolve(posix.dirname(path), target) }]);
      else if (kind === 'hard-link') added.push([path, { to: absolute(target) }]);
      else if (kind === 'file') added.push([path, { bytes: content ?? new Uint8Array(), executable: (mode & 0o111) !== 0, source: path }]);
    }
    for (const [path, what] of added) {
      this.#files.delete(path);
      this.#links.delete(path);
      if (what === 'folder') this.#folders.add(path);
      else if ('to' in what) this.#links.set(path, what.to);
      else this.#files.set(path, what);
    }
  }

  #remove(path: string, onlyBelow = false): void {
    for (const held of [this.#files, this.#links, this.#folders]) {
      for (const one of held.keys()) if ((one === path && !onlyBelow) || one.startsWith(`${path}/`)) held.delete(one);
    }
  }

  /** Follows links, of the path itself and of folders above it. */
  #real(path: string, depth = 0): string {
    if (depth > 40) return path;
    const parts = path.split('/').filter(Boolean);
    for (let count = 1; count <= parts.length; count++) {
      const to = this.#links.get(`/${parts.slice(0, count).join('/')}`);
      if (to !== undefined) return this.#real(posix.join(to, ...parts.slice(count)), depth + 1);
    }
    return path;
  }

  /** The files with links to files as files, and the folders of a search path as if they were no links. */
  resolved(searchPath: readonly string[]): { files: ReadonlyMap<string, ImageFile>; folders: ReadonlySet<string> } {
    const files = new Map(this.#files);
    const folders = new Set(this.#folders);
    for (const path of this.#links.keys()) {
      const real = this.#real(path);
      const file = this.#files.get(real);
      if (file) files.set(path, file);
      else if (this.#folders.has(real)) folders.add(path);
    }
    for (const folder of searchPath.filter((one) => one.startsWith('/'))) {
      const real = this.#real(folder);
      if (real === folder) continue;
      for (const [path, file] of this.#files) if (posix.dirname(path) === real) files.set(posix.join(folder, posix.basename(path)), file);
      for (const path of this.#links.keys()) {
        const file = files.get(path);
        if (file && posix.dirname(path) === real) files.set(posix.join(folder, posix.basename(path)), file);
      }
    }
    return { files, folders };
  }
}

const absolute = (path: string): string => posix.resolve('/', path);

async function firstBytes(file: string, at: number): Promise<string> {
  const handle = await open(file);
  try {
    const head = Buffer.alloc(4);
    await handle.read(head, 0, 4, at);
    return head.toString('hex');
  } finally {
    await handle.close();
  }
}

/** A layer as a tar, however it is compressed. */
function layerStream(file: string, range: { start: number; end: number }, head: string): AsyncIterable<Uint8Array> {
  const stored = createReadStream(file, range);
  if (!head.startsWith('1f8b') && head !== '28b52ffd') return stored;
  const plain = head.startsWith('1f8b') ? createGunzip() : createZstdDecompress();
  // Its failure is the reader's as well, which is where it is told.
  pipeline(stored, plain).catch(() => {});
  return plain;
}

async function withoutGzip(file: string, into: string): Promise<string> {
  if (!(await firstBytes(file, 0)).startsWith('1f8b')) return file;
  await pipeline(createReadStream(file), createGunzip(), createWriteStream(into));
  return into;
}
