import { lnGamma } from '../statistics/logarithms.ts';

/** Draws of a world, from a seed: the same seed gives the same draws on every machine. */
export interface Chance {
  /** 0 <= u < 1, in steps of 2^-32. */
  uniform(): number;
  /** @param mean >= 0 */
  poisson(mean: number): number;
  /** @param trials whole, >= 0 */
  binomial(trials: number, probability: number): number;
  /** Mean 1, variance 1 / shape. @param shape whole, >= 1 */
  gamma(shape: number): number;
}

/** sfc32, a small fast counting generator with 128 bits of state, 64 of them from the seed (Chris Doty-Humphrey, PractRand). */
function sfc32(seed: number, stream: number): () => number {
  let a = seed | 0;
  let b = stream | 0;
  let c = 0x9e3779b9 | 0;
  let counter = 1;
  const next = () => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + sum) | 0;
    return (sum >>> 0) / 4294967296;
  };
  // Neighbouring seeds need some rounds to drift apart.
  for (let round = 0; round < 15; round += 1) next();
  return next;
}

const lnFactorials = Array.from({ length: 1024 }, (_, n) => lnGamma(n + 1));
const lnFactorial = (n: number): number => lnFactorials[n] ?? lnGamma(n + 1);

/**
 * @param seed whole; its lowest 32 bits count
 * @param stream tells independent draws under one seed apart; whole, its lowest 32 bits count
 */
export function chanceOf(seed: number, stream: number): Chance {
  const uniform = sfc32(seed, stream);

  /** Inversion, from 0 hits upwards: for few expected hits. */
  function fewHits(trials: number, p: number): number {
    const odds = p / (1 - p);
    let probability = Math.exp(trials * Math.log1p(-p));
    let u = uniform();
    let hits = 0;
    while (u > probability && hits < trials) {
      u -= probability;
      hits += 1;
      probability *= (odds * (trials - hits + 1)) / hits;
    }
    return hits;
  }

  /** Transformed rejection (Hörmann 1993, BTRS): for ten and more, p <= 1/2. */
  function manyHits(trials: number, p: number): number {
    const spread = Math.sqrt(trials * p * (1 - p));
    const b = 1.15 + 2.53 * spread;
    const a = -0.0873 + 0.0248 * b + 0.01 * p;
    const centre = trials * p + 0.5;
    const vr = 0.92 - 4.2 / b;
    const alpha = (2.83 + 5.1 / b) * spread;
    const lnOdds = Math.log(p / (1 - p));
    const mode = Math.floor((trials + 1) * p);
    const h = lnFactorial(mode) + lnFactorial(trials - mode);
    for (;;) {
      const u = uniform() - 0.5;
      const v = uniform();
      const us = 0.5 - Math.abs(u);
      const k = Math.floor(((2 * a) / us + b) * u + centre);
      if (us >= 0.07 && v <= vr) return k;
      if (k < 0 || k > trials) continue;
      if (Math.log((v * alpha) / (a / (us * us) + b)) <= h - lnFactorial(k) - lnFactorial(trials - k) + (k - mode) * lnOdds) return k;
    }
  }

  function binomial(trials: number, probability: number): number {
    if (trials <= 0 || probability <= 0) return 0;
    if (probability >= 1) return trials;
    if (probability > 0.5) return trials - binomial(trials, 1 - probability);
    return trials * probability < 10 ? fewHits(trials, probability) : manyHits(trials, probability);
  }

  function poisson(mean: number): number {
    if (mean <= 0) return 0;
    if (mean < 10) {
      let product = uniform();
      const limit = Math.exp(-mean);
      let hits = 0;
      while (product > limit) {
        product *= uniform();
        hits += 1;
      }
      return hits;
    }
    // Transformed rejection (Hörmann 1993, PTRS).
    const b = 0.931 + 2.53 * Math.sqrt(mean);
    const a = -0.059 + 0.02483 * b;
    const inverseAlpha = 1.1239 + 1.1328 / (b - 3.4);
    const vr = 0.9277 - 3.6224 / (b - 2);
    for (;;) {
      const u = uniform() - 0.5;
      const v = uniform();
      const us = 0.5 - Math.abs(u);
      const k = Math.floor(((2 * a) / us + b) * u + mean + 0.43);
      if (us >= 0.07 && v <= vr) return k;
      if (k < 0 || (us < 0.013 && v > us)) continue;
      if (Math.log((v * inverseAlpha) / (a / (us * us) + b)) <= k * Math.log(mean) - mean - lnFactorial(k)) return k;
    }
  }

  return {
    uniform,
    poisson,
    binomial,
    gamma(shape) {
      let product = 1;
      for (let index = 0; index < shape; index += 1) product *= 1 - uniform();
      return -Math.log(product) / shape;
    },
  };
}
