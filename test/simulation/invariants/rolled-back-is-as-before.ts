import { alike, defineInvariant } from './invariant.ts';

/**
 * 6. After RolledBack the weights, counts and images of all variants that were there before are what they were. A
 * variant without traffic may have made room: that is what resting variants are for.
 */
export const rolledBackIsAsBefore = defineInvariant({
  name: 'rolled-back-is-as-before',
  watch: (truth, violated) => ({
    onEnded({ id, held, ended, delivery }, outcome) {
      if (outcome !== 'RolledBack' || !held?.before || ended?.atMs !== truth.nowMs()) return;
      const now = truth.snapshot(delivery.endpointName);
      const wrong = held.before.variants.flatMap((before) => {
        const after = now?.variants.find(({ name }) => name === before.name);
        if (!after || before.name === held.canary) return before.desiredWeight === 0 ? [] : [`${before.name} is gone`];
        return [
          ...(alike(after.weight, before.desiredWeight) && alike(after.desiredWeight, before.desiredWeight)
            ? []
            : [`${before.name} had weight ${before.desiredWeight}, has ${after.weight}, desired ${after.desiredWeight}`]),
          ...(after.desiredInstances === before.desiredInstances && after.instances === before.instances
            ? []
            : [`${before.name} had ${before.instances} instances, has ${after.instances}, desired ${after.desiredInstances}`]),
          ...(after.images === before.images ? [] : [`${before.name} ran ${before.images}, runs ${after.images}`]),
        ];
      });
      if (wrong.length > 0) violated(`${id} ended RolledBack and the endpoint is not as it was: ${wrong.join('; ')}`, [delivery.endpointName, id]);
    },
  }),
});
