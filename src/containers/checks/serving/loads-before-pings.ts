import { defineCheck } from '../check.ts';
import { silentUntilReady } from './seen.ts';

/** A first ping so slow has done something the others have not. */
const slowMs = 500;
const timesSlower = 10;

export const loadsBeforePings = defineCheck({
  id: 'CC-34',
  stage: 'serving',
  level: 'warning',
  title: 'The model is loaded before the first ping, not by it',
  silent: silentUntilReady,
  look({ pings: [first, ...later] }) {
    const usual = later.map(({ ms }) => ms).sort((a, b) => a - b)[Math.floor(later.length / 2)];
    return first && usual !== undefined && first.ms > slowMs && first.ms > timesSlower * usual
      ? [
          {
            what: `the first ping took ${Math.round(first.ms)} ms, later ones ${Math.round(usual)} ms`,
            fix: 'load the model when a worker starts, or before it forks; answer 503 until then',
          },
        ]
      : [];
  },
});
