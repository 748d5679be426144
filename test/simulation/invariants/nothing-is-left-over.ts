import { defineInvariant } from './invariant.ts';

/**
 * 8. Nothing is left over: configurations, models, alarms, locks, waits and scaling targets belong to something live, and no
 * variant rests past its grace.
 */
export const nothingIsLeftOver = defineInvariant({
  name: 'nothing-is-left-over',
  watch: (truth, violated) => ({
    atEnd() {
      const { sagemaker, states, cloudwatch, applicationAutoScaling } = truth.emulator.services;
      const endpoints = sagemaker.endpoints();
      const inForce = new Set(endpoints.map(({ fleet }) => fleet.config.name));
      const serving = new Set(endpoints.flatMap(({ fleet }) => fleet.variants.map(({ config }) => config.ModelName)));
      const left = (what: string, names: readonly string[]) => {
        if (names.length > 0) violated(`${what} left over: ${names.join(', ')}`, names);
      };
      // What was there before is its owner's.
      const ours = (name: string) => !name.startsWith('theirs-');
      // A grace is over when everything has come to rest: the simulation waits for it.
      left(
        'resting variants past their grace',
        truth.resting().map(({ variantName, endpointName }) => `${variantName} of ${endpointName}`),
      );
      left(
        'configurations',
        sagemaker
          .configs()
          .map(({ name }) => name)
          .filter((name) => ours(name) && !inForce.has(name)),
      );
      left(
        'models',
        sagemaker
          .models()
          .map(({ name }) => name)
          .filter((name) => ours(name) && !serving.has(name)),
      );
      // A pipeline's alarm for one rollout, by its tag: it lives as long as that rollout's model serves.
      left(
        'alarms',
        cloudwatch.alarms().flatMap(({ name, tags }) => {
          const rolloutId = tags.find(({ Key }) => Key === 'sluice:rollout')?.Value ?? '';
          return truth.rollouts.get(rolloutId)?.ended && !serving.has(rolloutId) ? [name] : [];
        }),
      );
      left(
        'scaling targets',
        endpoints.flatMap(({ name }) => applicationAutoScaling.scalableVariants(name)),
      );
      left(
        'task tokens',
        states.openTokens().map(({ stateName, executionArn }) => `${stateName} of ${executionArn}`),
      );
      left(
        'running training jobs',
        sagemaker
          .trainingJobs()
          .filter(({ status }) => status === 'InProgress')
          .map(({ name }) => name),
      );
      const rows = truth.rows();
      const ended = (id: string) => truth.rollouts.get(id)?.ended !== undefined;
      left(
        'waits of rollouts that have ended',
        rows.filter(({ pk, sk }) => sk.startsWith('WAIT#') && ended(pk.slice('ROLLOUT#'.length))).map(({ pk, sk }) => `${pk} ${sk}`),
      );
      left(
        'watches of rollouts that have ended',
        rows.filter(({ pk, sk }) => pk.startsWith('WATCH#') && ended(sk)).map(({ pk, sk }) => `${pk} ${sk}`),
      );
      left(
        'locks of rollouts that have ended',
        rows
          .filter(({ pk, item }) => pk.startsWith('ENDPOINT#') && ended(item['holder']?.S ?? ''))
          .map(({ pk, item }) => `${pk} ${item['holder']?.S}`),
      );
      const heads = rows.filter(({ pk, sk }) => pk.startsWith('DELIVERY#') && sk === 'HEAD');
      left(
        'rollouts that have ended, in the heads of their deliveries,',
        heads
          .map(({ item }) => JSON.parse(item['data']?.S ?? '{}') as { openRolloutId?: string; closing?: readonly string[] }) // A delivery's head.
          .flatMap(({ openRolloutId, closing = [] }) => [
            ...(openRolloutId !== undefined && ended(openRolloutId) ? [openRolloutId] : []),
            ...closing,
          ]),
      );
    },
  }),
});
