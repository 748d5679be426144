/** An entry of a tar as it is written there. */
export interface TarEntry {
  readonly path: string;
  readonly kind: 'file' | 'folder' | 'symlink' | 'hard-link' | 'other';
  /** Permission bits. */
  readonly mode: number;
  readonly bytes: number;
  /** Where its content begins in the tar, bytes. */
  readonly at: number;
  /** What a link points to; empty otherwise. */
  readonly target: string;
  /** Of a file: all of it where it was asked for, else its first 256 bytes. */
  readonly content?: Uint8Array;
}

/** Bytes that are no tar. */
export class NoTar extends Error {
  override name = 'NoTar';
}

export const block = 512;
const headBytes = 256;
export const kinds: Readonly<Record<string, TarEntry['kind']>> = {
  '0': 'file',
  '\0': 'file',
  '7': 'file',
  '5': 'folder',
  '2': 'symlink',
  '1': 'hard-link',
};

/**
 * Reads a tar of any size piece by piece: plain, with GNU's long names, or with pax headers.
 *
 * @param wants of which files to keep all of the content
 * @throws NoTar at the first block that is no header
 */
export async function* tarEntries(
  source: AsyncIterable<Uint8Array>,
  wants: (entry: Omit<TarEntry, 'content'>) => boolean = () => false,
): AsyncGenerator<TarEntry> {
  const reader = bytesOf(source);
  let named: { path?: string; target?: string } = {};
  for (;;) {
    const header = await reader.take(block);
    if (header === undefined || header.every((byte) => byte === 0)) return;
    if (!isHeader(header)) throw new NoTar(`at byte ${reader.position() - block} there is no tar header`);
    const flag = text(header, 156, 1) || '\0';
    const bytes = number(header, 124, 12);
    const padded = Math.ceil(bytes / block) * block;
    // Extensions: GNU's names longer than a field, and pax records; both describe the entry that follows.
    if (flag === 'L' || flag === 'K' || flag === 'x' || flag === 'g') {
      const content = Buffer.from((await reader.take(padded)) ?? []).subarray(0, bytes);
      if (flag === 'L') named.path = text(content, 0, bytes);
      else if (flag === 'K') named.target = text(content, 0, bytes);
      else if (flag === 'x') named = { ...named, ...paxNames(content) };
      continue;
    }
    const prefix = text(header, 257, 5) === 'ustar' && text(header, 345, 155) !== '' ? `${text(header, 345, 155)}/` : '';
    const entry = {
      path: named.path ?? `${prefix}${text(header, 0, 100)}`,
      kind: kinds[flag] ?? 'other',
      mode: number(header, 100, 8) & 0o7777,
      bytes,
      at: reader.position(),
      target: named.target ?? text(header, 157, 100),
    } as const;
    named = {};
    const kept = entry.kind !== 'file' ? 0 : wants(entry) ? padded : Math.min(padded, headBytes);
    const content = await reader.take(kept);
    if (content === undefined || !(await reader.skip(padded - kept))) throw new NoTar(`"${entry.path}" is cut off`);
    yield entry.kind === 'file' ? { ...entry, content: content.slice(0, bytes) } : entry;
  }
}

/** A field's text, up to its first zero byte. */
export function text(from: Uint8Array, at: number, length: number): string {
  const field = from.subarray(at, at + length);
  const end = field.indexOf(0);
  return new TextDecoder().decode(end < 0 ? field : field.subarray(0, end));
}

/** A number: octal digits, or binary where the first bit is set (sizes of 8 GiB and more). */
export function number(from: Uint8Array, at: number, length: number): number {
  if (((from[at] ?? 0) & 0x80) !== 0) return from.subarray(at + 1, at + length).reduce((sum, byte) => sum * 256 + byte, 0);
  return Number.parseInt(text(from, at, length).trim() || '0', 8);
}

/** A header's checksum is the sum of its bytes, its own field taken as blanks. */
export function isHeader(header: Uint8Array): boolean {
  const sum = header.reduce((total, byte, index) => total + (index >= 148 && index < 156 ? 32 : byte), 0);
  return number(header, 148, 8) === sum;
}

/** `27 path=a/very/long/name\n`, one record after another. */
export function paxNames(content: Uint8Array): { path?: string; target?: string } {
  const records = new TextDecoder().decode(content).split('\n');
  const value = (key: string) =>
    records
      .map((record) => record.slice(record.indexOf(' ') + 1))
      .find((record) => record.startsWith(`${key}=`))
      ?.slice(key.length + 1);
  const [path, target] = [value('path'), value('linkpath')];
  return { ...(path === undefined ? {} : { path }), ...(target === undefined ? {} : { target }) };
}

/** Takes exact amounts out of a stream of pieces. */
function bytesOf(source: AsyncIterable<Uint8Array>) {
  const pieces = source[Symbol.asyncIterator]();
  let held: Buffer = Buffer.alloc(0);
  let position = 0;
  const more = async (): Promise<boolean> => {
    const next = await pieces.next();
    if (next.done === true) return false;
    held = held.length === 0 ? Buffer.from(next.value) : Buffer.concat([held, next.value]);
    return true;
  };
  return {
    position: () => position,
    async take(length: number): Promise<Uint8Array | undefined> {
      while (held.length < length) if (!(await more())) return undefined;
      const taken = held.subarray(0, length);
      held = held.subarray(length);
      position += length;
      return taken;
    },
    async skip(length: number): Promise<boolean> {
      let left = length;
      while (left > held.length) {
        left -= held.length;
        held = Buffer.alloc(0);
        if (!(await more())) return false;
      }
      held = held.subarray(left);
      position += length;
      return true;
    },
  };
}
