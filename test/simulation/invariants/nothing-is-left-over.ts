import { notYet } from '../not-yet.ts';
import { defineInvariant } from './invariant.ts';

/**
 * 8. Nothing is left over: configurations, models, alarms, locks, waits and scaling targets belong to something live, and no
 * variant rests past its grace.
 */
export const nothingIsLeftOver = defineInvariant({
  name: 'nothing-is-left-over',
  watch: (truth, violated) => ({
    atEnd() {
      const { sagemaker, states, applicationAutoScaling: _ } = truth.emulator.services;
      const endpoints = sagemaker.endpoints();
      const inForce = new Set(endpoints.map(({ fleet }) => fleet.config.name));
      const serving = new Set(endpoints.flatMap(({ fleet }) => fleet.variants.map(({ config }) => config.ModelName)));
      const left = (clause: string, what: string, names: readonly string[]) => {
        if (names.length > 0 && notYet.clauses[`nothing-is-left-over/${clause}`] === undefined)
          violated(`${what} left over: ${names.join(', ')}`, names);
      };
      // What was there before is its owner's.
      const ours = (name: string) => !name.startsWith('theirs-');
      // A grace is over when everything has come to rest: the simulation waits for it.
      left(
        'resting',
        'resting variants past their grace',
        truth.resting().map(({ variantName, endpointName }) => `${variantName} of ${endpointName}`),
      );
      left(
        'configs',
        'configurations',
        sagemaker
          .configs()
          .map(({ name }) => name)
          .filter((name) => ours(name) && !inForce.has(name)),
      );
      left(
        'models',
        'models',
        sagemaker
          .models()
          .map(({ name }) => name)
          .filter((name) => ours(name) && !serving.has(name)),
      );
      left(
        'tokens',
        'task tokens',
        states.openTokens().map(({ stateName, executionArn }) => `${stateName} of ${executionArn}`),
      );
      left(
        'training-jobs',
        'running training jobs',
        sagemaker
          .trainingJobs()
          .filter(({ status }) => status === 'InProgress')
          .map(({ name }) => name),
      );
      const rows = truth.rows();
      const ended = (id: string) => truth.rollouts.get(id)?.ended !== undefined;
      left(
        'waits',
        'waits of rollouts that have ended',
        rows.filter(({ pk, sk }) => sk.startsWith('WAIT#') && ended(pk.slice('ROLLOUT#'.length))).map(({ pk, sk }) => `${pk} ${sk}`),
      );
      left(
        'watches',
        'watches of rollouts that have ended',
        rows.filter(({ pk, sk }) => pk.startsWith('WATCH#') && ended(sk)).map(({ pk, sk }) => `${pk} ${sk}`),
      );
      left(
        'locks',
        'locks of rollouts that have ended',
        rows
          .filter(({ pk, item }) => pk.startsWith('ENDPOINT#') && ended(item['holder']?.S ?? ''))
          .map(({ pk, item }) => `${pk} ${item['holder']?.S}`),
      );
      const heads = rows.filter(({ pk, sk }) => pk.startsWith('DELIVERY#') && sk === 'HEAD');
      left(
        'open',
        'deliveries held open by rollouts that have ended',
        heads
          .map(({ item }) => JSON.parse(item['data']?.S ?? '{}') as { openRolloutId?: string }) // A delivery's head.
          .flatMap(({ openRolloutId }) => (openRolloutId !== undefined && ended(openRolloutId) ? [openRolloutId] : [])),
      );
    },
  }),
});
