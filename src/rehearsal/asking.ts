import type { BakingPorts, GateContext } from '../gates/gate.ts';
import { gateOf, sharesOf, stageOf } from '../gates/registry.ts';
import type { DeliverySpec } from '../rollout/spec.ts';
import { type GateVerdict, successful } from '../rollout/verdict.ts';
import { lnHarmTogether, weighTogether } from '../rollout/weigh.ts';
import { NotModelled } from './figure.ts';

/** What a gate reaches for beyond metrics and alarms, in words. */
const needs: Readonly<Record<string, string>> = { functions: 'what a function of yours says', webhooks: 'what a service of yours says' };

/** What the gates say at one moment, with what they say together. */
export interface Asked {
  readonly verdicts: readonly GateVerdict[];
  readonly lnHarm: number;
}

export interface Asking {
  ask(context: Omit<GateContext, 'share' | 'memory'>): Promise<Asked>;
  /** Gates that were assumed successful, by their place in the delivery, and what they would have needed. */
  readonly assumed: ReadonlyMap<string, string>;
}

/**
 * Asks a delivery's gates as a rollout does, and keeps what they want to know again.
 *
 * A gate that needs what the world at hand has no model for is successful from then on, and named in `assumed`.
 */
export function askingOf(gates: DeliverySpec['gates'], ports: Pick<BakingPorts, 'alarms' | 'clock' | 'metrics'>): Asking {
  const baking = [...gates.entries()].filter(([, gate]) => stageOf(gate) === 'baking');
  const shares = sharesOf(baking.map(([, gate]) => gate));
  const memories = new Map<string, unknown>();
  // Those that are asked before the canary has traffic judge its answers, and nobody answers here.
  const assumed = new Map(
    [...gates.keys()]
      .filter((index) => !baking.some(([at]) => at === index))
      .map((index) => [`gates[${index}]`, 'what a canary answers before it has traffic']),
  );
  // Whatever else a gate reaches for is out of this world.
  const modelled = new Proxy(ports, {
    get(target, name) {
      if (name in target) return target[name as keyof typeof target]; // It was just found there.
      throw new NotModelled(needs[String(name)] ?? String(name));
    },
  }) as BakingPorts; // Ports it lacks throw at the first touch.

  async function one(
    gateSpec: DeliverySpec['gates'][number],
    index: number,
    share: number,
    context: Omit<GateContext, 'share' | 'memory'>,
  ): Promise<GateVerdict> {
    const gate = gateOf(gateSpec);
    const path = `gates[${index}]`;
    const told = { gate: gate.type, path, ...(gateSpec.observe && { observed: true as const }) };
    if (!assumed.has(path)) {
      const memory = memories.get(path);
      const about: GateContext = { ...context, share, ...(memory !== undefined && { memory }) };
      try {
        const { memory: kept, ...verdict } = gate.judge(await gate.measure(gateSpec, modelled, about), gateSpec, about);
        if (kept !== undefined) memories.set(path, kept);
        return { ...verdict, ...told };
      } catch (error) {
        if (!(error instanceof NotModelled)) throw error;
        assumed.set(path, error.message);
      }
    }
    return { ...successful('not-modelled', { needs: assumed.get(path) ?? '' }), ...told };
  }

  return {
    assumed,
    async ask(context) {
      const verdicts: GateVerdict[] = [];
      for (const [place, [index, gateSpec]] of baking.entries()) verdicts.push(await one(gateSpec, index, shares[place] ?? 1, context));
      return { verdicts: weighTogether(verdicts, shares), lnHarm: lnHarmTogether(verdicts, shares) };
    },
  };
}
