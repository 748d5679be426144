import { gateOf } from '../gates/registry.ts';
import type { Ports } from '../ports/ports.ts';
import { keys } from './keys.ts';
import { tagsOf } from './load.ts';
import { placementOf, type Rollout } from './rollout.ts';
import type { DeliverySpec } from './spec.ts';

/**
 * Makes the alarms a delivery wants for its canary, once the canary is proved and before it gets traffic.
 *
 * Their names are written down and watched first: whoever ends a rollout that died in between knows what to delete. Asked again it
 * makes them over, which CloudWatch takes for the same alarm.
 *
 * @throws Refused where CloudWatch does not make one
 */
export async function makeAlarms(rollout: Rollout, spec: DeliverySpec, ports: Pick<Ports, 'rollouts' | 'alarms' | 'clock'>): Promise<Rollout> {
  const placement = placementOf(rollout);
  const slot = { endpointName: placement.endpointName, endpointConfigName: placement.configName ?? '', variantName: placement.canary };
  const wanted = spec.gates.flatMap((gate) => gateOf(gate).alarmsToMake?.(gate, slot) ?? []);
  if (wanted.length === 0 || placement.alarmsMadeAtMs !== undefined) return rollout;
  const names = [...new Set(wanted.map(({ alarmName }) => alarmName))];
  const watching = [...new Set([...rollout.watching, ...names.map(keys.alarm)])];
  const intended = rollout.made.alarms
    ? rollout
    : await ports.rollouts.save({ ...rollout, watching, made: { ...rollout.made, alarms: names } }, [], ports.clock.now());
  await ports.rollouts.watch(rollout.id, watching);
  for (const alarm of wanted) await ports.alarms.put(alarm, tagsOf(rollout));
  const nowMs = ports.clock.now();
  return ports.rollouts.save(
    { ...intended, placement: { ...placement, alarmsMadeAtMs: nowMs } },
    [{ kind: 'alarms-made', text: `made ${names.map((name) => `alarm ${name}`).join(', ')}`, evidence: { alarms: wanted } }],
    nowMs,
  );
}
