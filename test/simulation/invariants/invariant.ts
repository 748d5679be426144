import type { Listener, Truth } from '../truth.ts';

/** @param about names (of an endpoint, a rollout, an alarm) by which a reader finds the story in the trace */
export type Violated = (text: string, about: readonly string[]) => void;

/** What must always hold, read from the emulator's truth. */
export interface Invariant {
  /** As its file. */
  readonly name: string;
  /** Watches a world from its first moment. */
  watch(
    truth: Truth,
    violated: Violated,
  ): Listener & {
    /** Everything has ended and come to rest. */
    atEnd?(): void;
  };
}

export const defineInvariant = (invariant: Invariant): Invariant => invariant;

/** A variant's share of the delivery's traffic, percent; 0 where neither role has any. */
export function shareOf(variants: readonly { readonly name: string; readonly weight: number }[], canary: string, stable: string | undefined): number {
  const weightOf = (name: string | undefined) => variants.find((variant) => variant.name === name)?.weight ?? 0;
  const both = weightOf(canary) + weightOf(stable);
  return both === 0 ? 0 : (100 * weightOf(canary)) / both;
}

/** Shares and weights pass through 32-bit floats. */
export const alike = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-4 * Math.max(1, Math.abs(a), Math.abs(b));

export const minutesMs = (count: number): number => count * 60_000;
