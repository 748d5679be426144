import type { FaultRates } from '../../src/emulator/faults.ts';
import { drawPlan, type Plan } from './plan.ts';
import { storyOf } from './story.ts';
import type { Violation } from './judge.ts';
import { type Played, play } from './play.ts';

/** What is printed of a seed, and what is counted. */
export interface Told {
  readonly played: Played;
  /** Lines for people, none of them with a wall-clock time in it: same seed, same bytes. */
  readonly lines: readonly string[];
}

const clockTime = (atMs: number, beganAtMs = startOfDay) => {
  const seconds = Math.max(0, Math.round((atMs - beganAtMs) / 1000));
  const two = (value: number) => String(value).padStart(2, '0');
  return `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
};
const startOfDay = Date.UTC(2026, 0, 5);

/** A plan in a few lines: what is there, what goes wrong, who does what when. */
export function linesOfPlan({ seed, rates, safetyMs, deliveries, acts }: Plan): string[] {
  const faults = Object.entries(rates).map(([name, rate]) => `${name}=${rate}`);
  return [
    `seed ${seed}: faults ${faults.join(',') || 'none'} for ${(safetyMs / 3_600_000).toFixed(2)} h`,
    ...deliveries.map(({ name, foreign, steps, source, requestsPerSecond, alarmed }) => {
      const place =
        foreign && foreign.of !== name
          ? `${foreign.stable} of ${foreign.of}'s endpoint`
          : foreign
            ? `endpoint of ${foreign.variants.map((one) => `${one.name} ${one.weight}x${one.instances}`).join(', ')}`
            : 'endpoint of its own';
      const ramp = steps.map((step) => `${step.asksPerson ? 'ask ' : ''}${step.canaryPercent} %`).join(' ');
      const more = [
        source.train && 'trains',
        source.approval && 'asks first',
        source.gates?.some(({ type }) => type === 'smoke') === true && 'smoke test',
        alarmed && 'alarms',
        source.concurrency,
        `${source.onInconclusive} without evidence`,
      ];
      return `  ${name}: ${place}, ${requestsPerSecond} requests/s, ${ramp}, bakes ${(steps[0]?.bakeSeconds ?? 0) / 60} min, ${more.filter(Boolean).join(', ')}`;
    }),
    ...acts.map(({ afterMs, delivery, act, tag, image, candidate }) => {
      const what = candidate
        ? `image ${image} (${candidate.kind}) as ${tag}`
        : act === 'push-again'
          ? `image ${image} as ${tag}`
          : act === 'start'
            ? `image ${image}`
            : '';
      return `  +${clockTime(afterMs, 0)} ${delivery} ${act} ${what}`.trimEnd();
    }),
  ];
}

/** What was counted by name, in words. */
export const listOf = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .map(([name, count]) => (count === 1 ? name : `${name} x${count}`))
    .join(', ') || 'none';

/** How a world's life went, in a line. */
function lineOf({ seed, rollouts, endings, simulatedMs, faults, actsRefused, violation }: Played): string {
  return `seed ${seed}: ${violation ? 'VIOLATED' : 'held'} after ${(simulatedMs / 3_600_000).toFixed(2)} h; ${rollouts} moved traffic; ended: ${listOf(endings)}; refused: ${listOf(actsRefused)}; happened: ${listOf(faults)}`;
}

/** The one command that shows a violation again. */
export const replayOf = (seed: number, faults: string): string => `npm run sim -- --seed ${seed} --faults ${faults}`;

const linesAround = 30;

/** Plays the seed once more for its trace, which is only written when there is something to see: same seed, same story. */
async function around(plan: Plan, packageFolder: string, violation: Violation): Promise<string[]> {
  const kept: string[] = [];
  await play(plan, packageFolder, (line) => {
    if (!/"kind":"(fault|endpoint|event|lambda|state|wire)"/.test(line)) return;
    if (violation.about.length > 0 && !line.includes('"kind":"fault"') && !violation.about.some((name) => line.includes(name))) return;
    const story = storyOf(line);
    if (story === undefined) return;
    kept.push(story);
    if (kept.length > linesAround) kept.shift();
  });
  return kept;
}

/** Plays a seed and tells of it; a violation with its trace and how to see it again. */
export async function tell(seed: number, packageFolder: string, rates?: FaultRates): Promise<Told> {
  const plan = drawPlan(seed, rates);
  const played = await play(plan, packageFolder);
  const lines = [...linesOfPlan(plan), lineOf(played)];
  const { violation } = played;
  if (violation) {
    const faults =
      rates === undefined
        ? 'all'
        : Object.entries(rates)
            .map(([name, rate]) => `${name}=${rate}`)
            .join(',') || 'none';
    lines.push(
      `VIOLATION of ${violation.invariant}, seed ${seed}, at ${new Date(violation.atMs).toISOString()}:`,
      `  ${violation.text}`,
      ...(await around(plan, packageFolder, violation)).map((line) => `  | ${line}`),
      `  again: ${replayOf(seed, faults)}`,
    );
  }
  return { played, lines };
}
