import { createHash } from 'node:crypto';

/**
 * Seeded chance. Every draw names itself, and each name has its own stream: what one part draws never moves another's.
 */
export interface Random {
  readonly seed: number;
  /** A number in [0, 1). */
  uniform(name: string): number;
  /** True with probability `p`, 0-1. */
  chance(name: string, p: number): boolean;
  /** A number in [low, high). */
  between(name: string, low: number, high: number): number;
  /** `bytes` random bytes as lower-case hex. */
  hex(name: string, bytes: number): string;
  /** A version 4 UUID. */
  uuid(name: string): string;
  /** How many of `n` trials of probability `p` succeed. */
  binomial(name: string, n: number, p: number): number;
  /** A count with mean `lambda`, >= 0. */
  poisson(name: string, lambda: number): number;
  /** A normal variate with mean 0 and standard deviation 1. */
  normal(name: string): number;
}

/** Small fast counting generator, 128 bits of state (Chris Doty-Humphrey, PractRand). */
function sfc32(a: number, b: number, c: number, d: number): () => number {
  return () => {
    const t = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + t) | 0;
    return t >>> 0;
  };
}

/**
 * @param seed any whole number
 * @param onDraw told of each draw, for the trace
 */
export function seededRandom(seed: number, onDraw: (name: string, value: number | string) => void = () => {}): Random {
  const streams = new Map<string, () => number>();
  function stream(name: string): () => number {
    let next = streams.get(name);
    if (!next) {
      const digest = createHash('sha256').update(`${seed}/${name}`).digest();
      next = sfc32(digest.readUInt32LE(0), digest.readUInt32LE(4), digest.readUInt32LE(8), 1);
      streams.set(name, next);
    }
    return next;
  }
  const raw = (name: string) => {
    const next = stream(name);
    return ((next() >>> 5) * 67_108_864 + (next() >>> 6)) / 9_007_199_254_740_992;
  };
  const drawn = <T extends number | string>(name: string, value: T): T => {
    onDraw(name, value);
    return value;
  };
  const rawHex = (name: string, bytes: number) => {
    const next = stream(name);
    let text = '';
    while (text.length < bytes * 2) text += next().toString(16).padStart(8, '0');
    return text.slice(0, bytes * 2);
  };
  const rawNormal = (name: string) => Math.sqrt(-2 * Math.log(1 - raw(name))) * Math.cos(2 * Math.PI * raw(name));
  function rawPoisson(name: string, lambda: number): number {
    if (lambda <= 0) return 0;
    if (lambda > 200) return Math.max(0, Math.round(lambda + Math.sqrt(lambda) * rawNormal(name)));
    const limit = Math.exp(-lambda);
    let product = raw(name);
    let count = 0;
    while (product > limit) {
      product *= raw(name);
      count++;
    }
    return count;
  }
  function rawBinomial(name: string, n: number, p: number): number {
    if (n <= 0 || p <= 0) return 0;
    if (p >= 1) return n;
    if (n > 2_000 && n * p > 100 && n * (1 - p) > 100) {
      return Math.min(n, Math.max(0, Math.round(n * p + Math.sqrt(n * p * (1 - p)) * rawNormal(name))));
    }
    let count = 0;
    for (let i = 0; i < n; i++) if (raw(name) < p) count++;
    return count;
  }
  return {
    seed,
    uniform: (name) => drawn(name, raw(name)),
    chance: (name, p) => drawn(name, raw(name)) < p,
    between: (name, low, high) => drawn(name, low + (high - low) * raw(name)),
    hex: (name, bytes) => drawn(name, rawHex(name, bytes)),
    uuid(name) {
      const h = rawHex(name, 16);
      const variant = ((Number.parseInt(h[16] ?? '0', 16) & 3) | 8).toString(16);
      return drawn(name, `${h.slice(0, 8)}-${h.slice(8, 12)}-4${h.slice(13, 16)}-${variant}${h.slice(17, 20)}-${h.slice(20)}`);
    },
    binomial: (name, n, p) => drawn(name, rawBinomial(name, n, p)),
    poisson: (name, lambda) => drawn(name, rawPoisson(name, lambda)),
    normal: (name) => drawn(name, rawNormal(name)),
  };
}
