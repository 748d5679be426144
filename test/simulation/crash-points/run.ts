/** Kills a canary rollout at every call of every function, in turn: `npm run sim:crash-points -- --help` says how to ask. */
import { parseArgs } from 'node:util';
import { type Broke, crewOf } from '../crew.ts';
import { ownPackage } from '../own-package.ts';
import { storyOf } from '../story.ts';
import { journeyNames } from './journey.ts';
import { leavesAnother, pointsOf, type Strike, strikesAt } from './points.ts';
import { recordJourney, type Visit } from './record.ts';
import { type Struck, strike } from './strike.ts';
import type { Order } from './worker.ts';

const usage = `npm run sim:crash-points -- [options]
  --points P     all (the default), or distinct: one of those that leave AWS alike, and a lost event once a state
  --share K/N    every Nth run from the Kth on: N shares are all of them
  --point ID     what begins with this: all runs at a state, a call, a point; a single one with its story
  --workers N    processes, default 2
  --output json  a JSON object a run instead of lines for people; the last line is the same`;

function fail(text: string): never {
  console.error(`${text}\n\n${usage}`);
  process.exit(2);
}

function options() {
  try {
    const { values } = parseArgs({
      options: {
        points: { type: 'string', default: 'all' },
        share: { type: 'string', default: '1/1' },
        point: { type: 'string' },
        workers: { type: 'string', default: '2' },
        output: { type: 'string', default: 'text' },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) {
      console.log(usage);
      process.exit(0);
    }
    const workers = Number(values.workers);
    if (!Number.isSafeInteger(workers) || workers < 1) fail(`--workers is "${values.workers}", expected a whole number of at least 1`);
    const [share = 0, shares = 0] = (/^([1-9]\d*)\/([1-9]\d*)$/.exec(values.share) ?? []).slice(1).map(Number);
    if (share < 1 || share > shares) fail(`--share is "${values.share}", expected such as 1/4`);
    if (values.points !== 'all' && values.points !== 'distinct') fail(`--points is "${values.points}", expected all or distinct`);
    if (values.output !== 'text' && values.output !== 'json') fail(`--output is "${values.output}", expected json or text`);
    return { wanted: values.point, workers, share, shares, json: values.output === 'json', distinct: values.points === 'distinct' };
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
}

const { wanted, workers, share, shares, json, distinct } = options();
const startedAtMs = performance.now();
const say = (line: string) => console.log(line);
const { folder: packageFolder, remove } = await ownPackage();

const visits: Visit[] = [];
for (const name of journeyNames) visits.push(...(await recordJourney(name, packageFolder)));
const { points, folded } = pointsOf(visits);
const chosen = distinct ? points.filter(leavesAnother) : points;
const strikes = strikesAt(chosen, distinct)
  .filter(({ id }) => wanted === undefined || id === wanted || id.startsWith(`${wanted}/`))
  .filter((_, index) => index % shares === share - 1);
if (strikes.length === 0) fail(wanted === undefined ? 'There are not so many shares' : `No point begins with "${wanted}"`);

const replayOf = ({ id }: Strike) => `npm run sim:crash-points -- --point '${id}'`;
const ends = new Map<string, number>();
let violations = 0;

function tell(one: Strike, told: Struck | Broke): void {
  const { id, point } = one;
  const at = `${id} (${point.visit.standing}; ${point.visit.calls[point.call - 1]?.name})`;
  const wrong = 'broke' in told || told.violation !== undefined;
  if (wrong) violations++;
  if (!('broke' in told)) ends.set(told.end, (ends.get(told.end) ?? 0) + 1);
  if (json) return say(JSON.stringify({ point: id, ...told, ...(wrong && { again: replayOf(one) }) }));
  if ('broke' in told) say(`BROKE at ${at}: ${told.broke}`);
  else if (told.violation) say(`VIOLATION of ${told.violation.invariant} at ${at}, ended ${told.end}:\n  ${told.violation.text}`);
  if (wrong) say(`  again: ${replayOf(one)}`);
}

const [only, ...others] = strikes;
if (only && others.length === 0) {
  const struck = await strike(only.point, only.way, packageFolder, (line) => {
    const story = !json && /"kind":"(fault|endpoint|event|lambda|state|wire)"/.test(line) ? storyOf(line) : undefined;
    if (story !== undefined) say(`  | ${story}`);
  });
  tell(only, struck);
} else {
  const crew = crewOf<Order, Struck>(Math.min(workers, strikes.length), new URL('worker.ts', import.meta.url));
  const underWay = strikes.map(async (one) => [one, await crew.play({ strike: one, packageFolder })] as const);
  for (const told of underWay) tell(...(await told));
  crew.close();
}
remove();
say(
  JSON.stringify({
    points: chosen.length,
    folded,
    runs: strikes.length,
    ends: Object.fromEntries([...ends].toSorted(([a], [b]) => (a < b ? -1 : 1))),
    violations,
    wallSeconds: Math.round((performance.now() - startedAtMs) / 100) / 10,
  }),
);
process.exitCode = violations === 0 ? 0 : 1;
