import type { DeliverySpec } from '../rollout/spec.ts';
import { fineEdges } from './latency.ts';

/** What a delivery's gates want to know of latencies. */
export interface Needs {
  /** Rising upper edges of buckets, milliseconds; empty where nobody asks. */
  readonly edgesMs: readonly number[];
  readonly fine: boolean;
  /** What "slow" means in the figures, milliseconds; undefined where no gate says. */
  readonly slowMs?: number;
}

const thresholdsOf = (spec: DeliverySpec): number[][] => spec.gates.flatMap((gate) => (gate.type === 'latency' ? [gate.thresholdsMs] : []));

/**
 * @param medianMs the latency to expect; undefined: only the thresholds that gates name
 * @param fine whether averages and percentiles are wanted, where that is known; else as far as the gates' specs tell
 */
export function needsOf(spec: DeliverySpec, medianMs?: number, fine?: boolean): Needs {
  const thresholds = thresholdsOf(spec);
  const [first] = thresholds;
  const slowMs = first?.[Math.floor(first.length / 2)];
  // A gate that names the metric may want any statistic of it.
  const wantsFine = medianMs !== undefined && (fine ?? spec.gates.some((gate) => JSON.stringify(gate).includes('ModelLatency')));
  const edges = new Set([...thresholds.flat(), ...(wantsFine ? fineEdges(medianMs) : [])]);
  return { edgesMs: [...edges].sort((a, b) => a - b), fine: wantsFine, ...(slowMs !== undefined && { slowMs }) };
}
