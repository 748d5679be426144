import { defineInvariant } from './invariant.ts';

/** 7. One push, one rollout, however often its event is delivered: never more rollouts of an image than it was asked for, and no execution twice. */
export const onePushOneRollout = defineInvariant({
  name: 'one-push-one-rollout',
  watch: (truth, violated) => ({
    atEnd() {
      const rolloutsOf = new Map<string, string[]>();
      for (const { pk, sk, item } of truth.rows()) {
        if (!pk.startsWith('ROLLOUT#') || sk !== 'STATE') continue;
        const { id, delivery, request } = JSON.parse(item['data']?.S ?? '{}') as { id: string; delivery: string; request: { imageDigest: string } }; // A rollout's row.
        const key = `${delivery} ${request.imageDigest}`;
        rolloutsOf.set(key, [...(rolloutsOf.get(key) ?? []), id]);
      }
      for (const [key, ids] of rolloutsOf) {
        const asked = truth.asked.get(key) ?? 0;
        if (ids.length > asked) violated(`${key} was asked for ${asked} times and rolled out ${ids.length} times: ${ids.join(', ')}`, ids);
      }
      const starts = new Map<string, number>();
      for (const { name, stateMachineArn } of truth.emulator.services.states.executions()) {
        if (!stateMachineArn.endsWith(':sluice-delivery')) continue;
        starts.set(name, (starts.get(name) ?? 0) + 1);
      }
      for (const [name, count] of starts) if (count > 1) violated(`${name} was started ${count} times`, [name]);
    },
  }),
});
