import { block, isHeader, kinds, NoTar, number, paxNames, type TarEntry, text } from './probe/tar.ts';

/** An entry of a tar in memory, with all of its content. */
export type WholeEntry = Omit<TarEntry, 'content' | 'at'> & { readonly content: Uint8Array };

/**
 * Reads a tar that lies in memory: plain, in two fields, with GNU's long names, or with pax headers.
 *
 * @throws NoTar at the first block that is no header, or where the end is missing
 */
export function* wholeEntries(tar: Uint8Array): Generator<WholeEntry> {
  let named: { path?: string; target?: string } = {};
  for (let at = 0; at + block <= tar.length; ) {
    const header = tar.subarray(at, at + block);
    if (header.every((byte) => byte === 0)) return;
    if (!isHeader(header)) throw new NoTar(`at byte ${at} there is no tar header`);
    const flag = text(header, 156, 1) || '\0';
    const bytes = number(header, 124, 12);
    const begin = at + block;
    const content = tar.subarray(begin, begin + bytes);
    at = begin + Math.ceil(bytes / block) * block;
    if (flag === 'L' || flag === 'K' || flag === 'x' || flag === 'g') {
      if (flag === 'L') named.path = text(content, 0, bytes);
      else if (flag === 'K') named.target = text(content, 0, bytes);
      else if (flag === 'x') named = { ...named, ...paxNames(content) };
      continue;
    }
    const prefix = text(header, 257, 5) === 'ustar' && text(header, 345, 155) !== '' ? `${text(header, 345, 155)}/` : '';
    const path = named.path ?? `${prefix}${text(header, 0, 100)}`;
    const target = named.target ?? text(header, 157, 100);
    named = {};
    if (content.length < bytes) throw new NoTar(`"${path}" is cut off`);
    const kind = kinds[flag] ?? 'other';
    yield { path, kind: kind === 'file' && path.endsWith('/') ? 'folder' : kind, mode: number(header, 100, 8) & 0o7777, bytes, target, content };
  }
}
