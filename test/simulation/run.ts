/** The simulation: seeded worlds in which anything may go wrong. `npm run sim -- --help` says how to ask. */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type FaultName, faultNames, parseFaults } from '../../src/emulator/faults.ts';
import { crewOf } from './crew.ts';
import { ownPackage } from './own-package.ts';
import { drawPlan } from './plan.ts';
import { linesOfPlan, listOf, replayOf, type Told } from './tell.ts';
import type { Order } from './worker.ts';
import { writeTrace } from './write-trace.ts';

const usage = `npm run sim -- [options]
  --seeds N          how many worlds, default 20
  --first-seed S     the first one's seed, default 1
  --seed S           this one world
  --kept             the seeds that once failed, of test/simulation/kept-seeds.json
  --faults F         all (rates drawn for each world, the default), none, or name=rate,...
                     names: ${faultNames.join(', ')}
  --seconds S        no further world is begun after so much wall time; default: every world is played
  --workers N        processes, default 2
  --output json      a JSON object a seed instead of lines for people; the last line is the same
  --quiet            of people's lines only what was violated, and the last line
  --trace FILE       the whole trace of --first-seed into FILE, and nothing else`;

function fail(text: string): never {
  console.error(`${text}\n\n${usage}`);
  process.exit(2);
}

/** Seeds that once showed a fault, of Sluice or of its judges; each with a line on what it found. */
function keptSeeds(): number[] {
  const kept = JSON.parse(readFileSync(new URL('kept-seeds.json', import.meta.url), 'utf8')) as { seed: number; found: string }[]; // Written by hand.
  return kept.map(({ seed }) => seed);
}

function options() {
  try {
    const { values } = parseArgs({
      options: {
        seeds: { type: 'string', default: '20' },
        'first-seed': { type: 'string', default: '1' },
        seed: { type: 'string' },
        kept: { type: 'boolean', default: false },
        quiet: { type: 'boolean', default: false },
        faults: { type: 'string', default: 'all' },
        seconds: { type: 'string' },
        workers: { type: 'string', default: '2' },
        output: { type: 'string', default: 'text' },
        trace: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) {
      console.log(usage);
      process.exit(0);
    }
    const whole = (name: 'seeds' | 'first-seed' | 'seed' | 'seconds' | 'workers', least: number) => {
      const value = Number(values[name]);
      if (!Number.isSafeInteger(value) || value < least) fail(`--${name} is "${values[name]}", expected a whole number of at least ${least}`);
      return value;
    };
    if (values.output !== 'text' && values.output !== 'json') fail(`--output is "${values.output}", expected json or text`);
    const [first, count] = values.seed === undefined ? [whole('first-seed', 0), whole('seeds', 1)] : [whole('seed', 0), 1];
    return {
      seeds: values.kept ? keptSeeds() : Array.from({ length: count }, (_, index) => first + index),
      quiet: values.quiet,
      seconds: values.seconds === undefined ? Number.POSITIVE_INFINITY : whole('seconds', 1),
      workers: whole('workers', 1),
      json: values.output === 'json',
      faults: values.faults,
      // All means drawn for each world, so that each has faults of its own.
      rates: values.faults === 'all' ? undefined : parseFaults(values.faults),
      trace: values.trace,
    };
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
}

const { seeds, quiet, seconds, workers, json, faults, rates, trace } = options();
const startedAtMs = performance.now();
const { folder: packageFolder, remove } = await ownPackage();

if (trace !== undefined) {
  await writeTrace(drawPlan(seeds[0] ?? 1, rates), packageFolder, trace);
  remove();
  process.exit(0);
}

const say = (line: string) => console.log(line);

const crew = crewOf<Order, Told>(Math.min(workers, seeds.length), new URL('worker.ts', import.meta.url));
const outcomes = new Map<string, number>();
const distinct = new Set<FaultName>();
const refused = new Map<string, number>();
let rollouts = 0;
let simulatedMs = 0;
let violations = 0;
let begun = 0;
const underWay: { readonly seed: number; readonly answer: ReturnType<typeof crew.play> }[] = [];
/** One more a worker than are played, so that none waits for the next; told in the order of their seeds. */
function begin(): void {
  while (underWay.length < 2 * workers && (performance.now() - startedAtMs) / 1000 < seconds) {
    const seed = seeds[begun];
    if (seed === undefined) return;
    begun += 1;
    underWay.push({ seed, answer: crew.play({ seed, packageFolder, ...(rates && { rates }) }) });
  }
}
begin();
for (let next = underWay[0]; next; next = underWay[0]) {
  const { seed } = next;
  const told = await next.answer;
  underWay.shift();
  begin();
  if ('broke' in told) {
    violations++;
    const lines = [...linesOfPlan(drawPlan(seed, rates)), `BROKE, seed ${seed}: ${told.broke}`, `  again: ${replayOf(seed, faults)}`];
    if (json) say(JSON.stringify({ seed, broke: told.broke, again: replayOf(seed, faults) }));
    else for (const line of lines) say(line);
    continue;
  }
  const { played, lines } = told;
  rollouts += played.rollouts;
  simulatedMs += played.simulatedMs;
  for (const name of Object.keys(played.faults)) distinct.add(name as FaultName); // Counted by the emulator, by name.
  for (const [ending, count] of Object.entries(played.endings)) {
    const [outcome = ending] = ending.split(' ');
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + count);
  }
  for (const [act, count] of Object.entries(played.actsRefused)) refused.set(act, (refused.get(act) ?? 0) + count);
  if (played.violation) violations++;
  const { violation } = played;
  if (!json) {
    if (!quiet || violation) for (const line of lines) say(line);
  } else {
    const plan = drawPlan(seed, rates);
    say(
      JSON.stringify({
        ...played,
        rates: plan.rates,
        world: linesOfPlan(plan).slice(1),
        ...(violation && { again: replayOf(seed, faults), trace: lines.filter((line) => line.startsWith('  | ')).map((line) => line.slice(4)) }),
      }),
    );
  }
}
crew.close();
remove();
const refusals = [...refused.values()].reduce((sum, count) => sum + count, 0);
// A kind of act that is never refused in many worlds may be one that nobody hears.
if (!json && !quiet) say(`${refusals} acts refused: ${listOf(Object.fromEntries(refused))}`);
say(
  JSON.stringify({
    seeds: begun,
    rollouts,
    outcomes: Object.fromEntries([...outcomes].sort(([a], [b]) => (a < b ? -1 : 1))),
    simulatedHours: Math.round(simulatedMs / 360_000) / 10,
    violations,
    wallSeconds: Math.round((performance.now() - startedAtMs) / 100) / 10,
    distinctFaults: distinct.size,
  }),
);
process.exitCode = violations === 0 ? 0 : 1;
