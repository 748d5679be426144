import { createHash } from 'node:crypto';
import type { Call } from '../truth.ts';
import { defineInvariant } from './invariant.ts';

interface Entry {
  readonly seq: number;
  readonly at: string;
  readonly kind: string;
  readonly evidence?: unknown;
  readonly prev: string;
  readonly hash: string;
}

/** JSON with sorted keys: written here a second time, so that the record is not judged by its own writer. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const keys = Object.keys(value).sort();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical((value as Record<string, unknown>)[key])}`).join(',')}}`;
}

interface Wanted {
  readonly DesiredWeight?: number;
  readonly DesiredInstanceCount?: number;
}

/** What must stand in the record before an endpoint is changed: which kinds of entry decide such a call. */
function decisionsOf({ operation, input }: Call): readonly string[] {
  if (operation !== 'UpdateEndpointWeightsAndCapacities') return ['canary-asked', 'retire-asked'];
  const wanted = input['DesiredWeightsAndCapacities'] as readonly Wanted[]; // As the API takes them.
  if (wanted.some(({ DesiredInstanceCount }) => DesiredInstanceCount !== undefined)) return ['rest-asked'];
  // All of one role's weight: undo gives it to stable, promotion to the canary.
  return wanted.some(({ DesiredWeight }) => DesiredWeight === 0) ? ['undo-decided', 'shift-decided'] : ['shift-decided'];
}

/** 9. The ledger is complete and its chain verifies; every change of traffic has a decision with evidence before it. */
export const ledgerIsWhole = defineInvariant({
  name: 'ledger-is-whole',
  watch: (truth, violated) => ({
    atEnd() {
      const rows = truth.rows();
      for (const { id, mutations, delivery } of truth.rollouts.values()) {
        const mine = rows.filter(({ pk }) => pk === `ROLLOUT#${id}`);
        const entries = mine
          .filter(({ sk }) => sk.startsWith('LEDGER#'))
          .sort((a, b) => (a.sk < b.sk ? -1 : 1))
          .map(({ item }) => JSON.parse(item['data']?.S ?? '{}') as Entry); // As ledger/entry.ts writes them.
        const state = JSON.parse(mine.find(({ sk }) => sk === 'STATE')?.item['data']?.S ?? '{}') as { ledger?: { seq: number; hash: string } }; // A rollout's row.
        let prev = '0'.repeat(64);
        for (const [index, entry] of entries.entries()) {
          const { hash, ...rest } = entry;
          const wrong =
            entry.seq !== index + 1
              ? `entry ${entry.seq} stands at place ${index + 1}`
              : entry.prev !== prev
                ? `entry ${entry.seq} does not hang on the one before`
                : createHash('sha256').update(canonical(rest)).digest('hex') === hash
                  ? undefined
                  : `entry ${entry.seq} does not fit its hash`;
          if (wrong !== undefined) return violated(`the ledger of ${id} is broken: ${wrong}`, [id]);
          prev = hash;
        }
        if (state.ledger && (state.ledger.seq !== entries.length || state.ledger.hash !== prev)) {
          return violated(`the ledger of ${id} ends at entry ${entries.length}, its rollout remembers ${state.ledger.seq}`, [id]);
        }
        for (const mutation of mutations) {
          if (mutation.operation === 'DeleteEndpoint') continue;
          const decided = entries.some(
            ({ kind, at, evidence }) => decisionsOf(mutation).includes(kind) && Date.parse(at) <= mutation.atMs && evidence !== undefined,
          );
          if (!decided)
            violated(`${mutation.operation} of ${id} has no ${decisionsOf(mutation).join(' or ')} with evidence before it`, [
              id,
              delivery.endpointName,
            ]);
        }
      }
    },
  }),
});
