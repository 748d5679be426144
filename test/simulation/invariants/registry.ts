import { canaryStaysWithinItsStep } from './canary-stays-within-its-step.ts';
import { endpointKeepsServing } from './endpoint-keeps-serving.ts';
import { everyRolloutEndsOnce } from './every-rollout-ends-once.ts';
import type { Invariant } from './invariant.ts';
import { ledgerIsWhole } from './ledger-is-whole.ts';
import { neverPromotesOnFailedGate } from './never-promotes-on-failed-gate.ts';
import { nobodyServesUnwatched } from './nobody-serves-unwatched.ts';
import { nothingIsLeftOver } from './nothing-is-left-over.ts';
import { onePushOneRollout } from './one-push-one-rollout.ts';
import { oneWriterUnderALiveLease } from './one-writer-under-a-live-lease.ts';
import { rolledBackIsAsBefore } from './rolled-back-is-as-before.ts';

/** What must always hold, in the order of the design. */
export const invariants: readonly Invariant[] = [
  endpointKeepsServing,
  canaryStaysWithinItsStep,
  neverPromotesOnFailedGate,
  oneWriterUnderALiveLease,
  everyRolloutEndsOnce,
  rolledBackIsAsBefore,
  onePushOneRollout,
  nothingIsLeftOver,
  ledgerIsWhole,
  nobodyServesUnwatched,
];
