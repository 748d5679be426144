import { entryOf, type ImageTable } from './image-uri-data.ts';
import { knownWords, NoSuchImage } from './image-uri-refusal.ts';

type Versions = ImageTable['versions'];

/**
 * The entry of a version, which may be an alias: `2.3` of `2.3.2`.
 *
 * @returns `version` as the tag will name it: an alias stays one. Where a table has one version, that one, whatever was asked
 * @throws NoSuchImage for a version there is no image of
 */
export function versionOf(table: ImageTable, what: string, asked: string): { readonly version: string; readonly entry: Versions[string] } {
  const known = Object.keys(table.versions);
  const entry = entryOf(table.versions, entryOf(table.aliases, asked) ?? asked);
  if (entry) return { version: asked, entry };
  const [only = ''] = known;
  const single = known.length === 1 ? table.versions[only] : undefined;
  if (single) return { version: only, entry: single };
  throw new NoSuchImage('version', `${what} has no version "${asked}"; ${knownWords(known, nearestVersion(asked, known))}`);
}

/** The known version with the most leading parts in common; of several the numerically nearest, of two the newer. Undefined for what has no number. */
export function nearestVersion(asked: string, known: readonly string[]): string | undefined {
  const parts = partsOf(asked);
  let best: { readonly version: string; readonly common: number; readonly distance: number } | undefined;
  for (const version of parts.length === 0 ? [] : known) {
    const others = partsOf(version);
    const differs = parts.findIndex((part, index) => part !== others[index]);
    const common = differs === -1 ? parts.length : differs;
    const distance = differs === -1 ? 0 : Math.abs((parts[differs] ?? 0) - (others[differs] ?? 0));
    if (!best || common > best.common || (common === best.common && distance <= best.distance)) best = { version, common, distance };
  }
  return best?.version;
}

const partsOf = (version: string) => (version.match(/\d+/g) ?? []).map(Number);
