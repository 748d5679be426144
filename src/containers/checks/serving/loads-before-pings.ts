import { defineCheck } from '../check.ts';
import { type Exchange, silentUntilReady } from './seen.ts';

const slowMs = 500;
const timesSlower = 10;

/** Whether a first ping has done something the later ones have not. */
export function firstIsSlow(first: Exchange, later: readonly Exchange[]): boolean {
  const usual = medianMs(later);
  return usual !== undefined && first.ms > slowMs && first.ms > timesSlower * usual;
}

const medianMs = (answers: readonly Exchange[]): number | undefined =>
  answers.map(({ ms }) => ms).sort((a, b) => a - b)[Math.floor(answers.length / 2)];

export const loadsBeforePings = defineCheck({
  id: 'CC-34',
  stage: 'serving',
  level: 'warning',
  title: 'The model is loaded before the first ping, not by it',
  silent: silentUntilReady,
  // Seen in two starts: in one it may have been this machine.
  look: ({ pings: [first, ...later], firstPingAgain }) =>
    first && firstPingAgain && firstIsSlow(first, later) && firstIsSlow(firstPingAgain, later)
      ? [
          {
            what: `the first ping took ${Math.round(first.ms)} ms, later ones ${Math.round(medianMs(later) ?? 0)} ms`,
            fix: 'load the model when a worker starts, or before it forks; answer 503 until then',
          },
        ]
      : [],
});
