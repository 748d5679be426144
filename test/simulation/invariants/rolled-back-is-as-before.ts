import { alike, defineInvariant } from './invariant.ts';

/**
 * 6. After RolledBack the weights, counts and images of all variants that were there before are what they were. A
 * variant without traffic may have made room: that is what resting variants are for. Once the canary has retired the
 * endpoint is on the very configuration it had, where its owner made that and every variant of it is still there.
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
    atEnd() {
      for (const delivery of truth.plan.deliveries) {
        const last = truth.lastOn(delivery.endpointName);
        if (last?.ended?.outcome !== 'RolledBack' || !last.held?.before) continue;
        const { before } = last.held;
        const now = truth.snapshot(delivery.endpointName);
        const namesOf = (variants: readonly { readonly name: string }[]) => variants.map(({ name }) => name).join();
        if (!now || !before.config.startsWith('theirs-') || namesOf(now.variants) !== namesOf(before.variants)) continue;
        if (now.config !== before.config) {
          violated(`${last.id} was undone and its canary has left, and ${delivery.endpointName} is on ${now.config}, not on ${before.config}`, [
            delivery.endpointName,
            last.id,
          ]);
        }
      }
    },
  }),
});
