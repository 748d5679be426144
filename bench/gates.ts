/** The public benchmark of gates and ramps: docs/benchmark.md says what is played and what favours whom. */
import { parseArgs } from 'node:util';
import { playAll } from './gates/crew.ts';
import { jobsOf } from './gates/job.ts';
import { policies, usualPolicies } from './gates/policies.ts';
import { scenarios } from './gates/scenarios.ts';
import { scoreOf, summaryOf } from './gates/score.ts';
import { tablesOf } from './gates/tell.ts';

export const says = 'Sluice and its peers over thirteen worlds with good and bad canaries';

const usage = `npm run bench -- gates [options]
  --policy NAME      only this one; may be given again
  --scenario ID      only this one, S01-S13; may be given again
  --full             every policy, seeds 11-15
  --seed S           default 11
  --runs N           rollouts a policy, scenario and seed, default 1000
  --workers N        threads, default 2
  --output json      a JSON object a policy and scenario instead of tables; the last line is the same
policies: ${policies.map(({ name }) => name).join(', ')}`;

/** Those of `all` that were named, or `unnamed` if none was. @throws RangeError if a name is of none */
function chosen<Item>(
  option: string,
  names: readonly string[],
  all: readonly Item[],
  nameOf: (item: Item) => string,
  unnamed: readonly Item[],
): readonly Item[] {
  const unknown = names.find((name) => !all.some((item) => nameOf(item) === name));
  if (unknown !== undefined) throw new RangeError(`--${option} is "${unknown}", expected one of ${all.map(nameOf).join(', ')}`);
  return names.length === 0 ? unnamed : all.filter((item) => names.includes(nameOf(item)));
}

function optionsOf(args: readonly string[]) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      policy: { type: 'string', multiple: true, default: [] },
      scenario: { type: 'string', multiple: true, default: [] },
      full: { type: 'boolean', default: false },
      seed: { type: 'string' },
      runs: { type: 'string', default: '1000' },
      workers: { type: 'string', default: '2' },
      output: { type: 'string', default: 'text' },
      help: { type: 'boolean', default: false },
    },
  });
  const whole = (name: 'seed' | 'runs' | 'workers', text: string, least: number) => {
    const value = Number(text);
    if (!Number.isSafeInteger(value) || value < least) throw new RangeError(`--${name} is "${text}", expected a whole number of at least ${least}`);
    return value;
  };
  if (values.output !== 'text' && values.output !== 'json') throw new RangeError(`--output is "${values.output}", expected json or text`);
  return {
    help: values.help,
    policies: chosen('policy', values.policy, policies, ({ name }) => name, values.full ? policies : usualPolicies),
    scenarios: chosen('scenario', values.scenario, scenarios, ({ id }) => id, scenarios),
    seeds: values.seed === undefined ? (values.full ? [11, 12, 13, 14, 15] : [11]) : [whole('seed', values.seed, 0)],
    runs: whole('runs', values.runs, 1),
    workers: whole('workers', values.workers, 1),
    json: values.output === 'json',
  };
}

/** A line of JSON, four digits of what is not whole: more is noise. */
const line = (value: unknown): string =>
  JSON.stringify(value, (_, field: unknown) => (typeof field === 'number' && !Number.isInteger(field) ? Number(field.toPrecision(4)) : field));

/** Prints the benchmark's figures. @param args what stands after the bench's name */
export async function main(args: readonly string[]): Promise<void> {
  let options: ReturnType<typeof optionsOf>;
  try {
    options = optionsOf(args);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    process.exitCode = 2;
    return;
  }
  if (options.help) {
    console.log(usage);
    return;
  }
  const startedAtMs = performance.now();
  const { seeds, runs } = options;
  const jobs = jobsOf(options.policies, options.scenarios, { seeds, runs });
  const outcomes = await playAll(jobs, options.workers, (done) => {
    if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${jobs.length}${done === jobs.length ? '\n' : ''}`);
  });
  const told = options.policies.map((policy) => {
    const scores = options.scenarios.map((scenario) =>
      scoreOf(scenario, outcomes.filter((_, index) => jobs[index]?.policy === policy.name && jobs[index].scenario === scenario.id).flat()),
    );
    return { policy, scores, summary: summaryOf(scores) };
  });
  if (options.json) for (const { policy, scores } of told) for (const score of scores) console.log(line({ policy: policy.name, ...score }));
  else console.log(tablesOf(told, options.scenarios));
  const wallSeconds = Math.round((performance.now() - startedAtMs) / 1000);
  console.log(line({ policy: Object.fromEntries(told.map(({ policy, summary }) => [policy.name, summary])), seeds, runs, wallSeconds }));
}
