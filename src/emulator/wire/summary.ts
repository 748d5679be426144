import { createHash } from 'node:crypto';

/** Bytes up to this many are traced as the text they are; longer ones by length and hash. */
const textLimit = 2_048;

const utf8 = new TextDecoder('utf-8', { fatal: true });

function ofBytes(bytes: Uint8Array): unknown {
  if (bytes.length <= textLimit) {
    try {
      return utf8.decode(bytes);
    } catch {
      // Not text: told by its hash below.
    }
  }
  return { bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex').slice(0, 16) };
}

/** An input or output as the trace holds it: same key order, bytes as short text or as length and hash. */
export function summarise(value: unknown): unknown {
  if (value instanceof Uint8Array) return ofBytes(value);
  if (Array.isArray(value)) return value.map(summarise);
  if (value instanceof Date || typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, summarise(one)]));
}
