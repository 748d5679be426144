import type { FaultName } from '../../src/emulator/faults.ts';

/**
 * What the simulation knows and Sluice does not stand yet, each with the reason. The one place: what is named here is
 * left out of worlds and judgements, and nothing else is. It is to become empty.
 */
export const notYet: {
  /** Faults that never happen. */
  readonly faults: Readonly<Partial<Record<FaultName, string>>>;
  /** Clauses of invariants that are not judged, named as the invariant names them. */
  readonly clauses: Readonly<Record<string, string>>;
} = {
  faults: {},
  clauses: {},
};
