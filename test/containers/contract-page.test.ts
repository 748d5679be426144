import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serve as serveCommand } from '../../src/cli/container/serve.ts';
import { train as trainCommand } from '../../src/cli/container/train.ts';
import { type Engine, processEngine } from '../../src/containers/run.ts';
import { requestLimits } from './contract-page/most-accepted.ts';
import { type Answer, type Hosted, hostProbe } from './contract-page/observe-serving.ts';
import { observeTraining, type TrainingRun } from './contract-page/observe-training.ts';
import { contractTables, type Row } from './contract-page/page.ts';
import type { Dump } from './contract-page/probe.ts';
import { fastWall } from './local.ts';

// The column "local mode" of docs/containers.md, read off a probe image that really runs as plain processes.

const tables = contractTables();
const rowsOf = (heading: string): readonly Row[] => {
  const rows = tables.get(heading);
  if (!rows) throw new Error(`docs/containers.md has no table "${heading}" below "The contract, row by row"`);
  return rows;
};
const local = (rows: readonly Row[]) => Object.fromEntries(rows.map(({ key, cells }) => [key, cells['local mode']]));
const derived = (rows: readonly Row[], derive: (row: Row) => string) => Object.fromEntries(rows.map((row) => [row.key, derive(row)]));
/** Every row says what was seen, and everything seen has a row. What was never seen is not there. */
const compare = (heading: string, seen: ReadonlyMap<string, string>, unseen = 'no') => {
  const rows = rowsOf(heading);
  expect(local(rows)).toEqual(derived(rows, ({ key }) => seen.get(key) ?? unseen));
  const keys = new Set(rows.map(({ key }) => key));
  expect(
    [...seen.keys()].filter((key) => !keys.has(key)),
    `${heading}: seen, and not on the page`,
  ).toEqual([]);
};

let engine: Engine;
/** Two hosts, with the entry of Environment the page names. */
let trained: TrainingRun;
/** Jobs that end otherwise. */
let stopped: TrainingRun;
let tooLong: TrainingRun;
const byExitCode = new Map<string, TrainingRun>();
let hosted: Hosted;
let hostDump: Dump;
/** Refusals of the proxy's, by what was asked. */
const refusals: Answer[] = [];
/** How a container that never answers its pings ended, with the command's own start-up window. */
let silentReason: string;
let silentStatuses: readonly string[];

const exitCodes: Readonly<Record<string, string>> = { 132: 'SIGILL', 134: 'SIGABRT', 137: 'SIGKILL', 139: 'SIGSEGV', 143: 'SIGTERM', 130: 'SIGINT' };
/** What the command itself takes where nothing is given. */
const defaultOf = (command: typeof trainCommand | typeof serveCommand, option: string): number =>
  Number(command.options.find(({ long }) => long === option)?.defaultValue);
/** The long limits, milliseconds, and how long is waited instead; long enough for a machine that is busy. */
const shorter = { 480_000: 4_000, 60_000: 3_000 };

beforeAll(async () => {
  engine = processEngine();
  trained = await observeTraining(engine, { environment: { MY_FLAG: '1' }, hosts: 2 });
  stopped = await observeTraining(engine, { environment: { PROBE_END: 'never' }, stop: true });
  tooLong = await observeTraining(engine, { environment: { PROBE_END: 'never' }, maxRuntimeMs: 500_000 });
  for (const { key } of rowsOf('Exit codes of train')) {
    byExitCode.set(key, await observeTraining(engine, { environment: { PROBE_END: exitCodes[key] ?? key } }));
  }

  const silent = await hostProbe(engine, { PROBE_PING: 'never' }, defaultOf(serveCommand, '--startup-timeout'), fastWall({ ...shorter, 2_000: 100 }));
  refusals.push(await silent.ask('POST', '/invocations', '1'));
  const { failureReason = '' } = await silent.ended;
  silentReason = failureReason;
  silentStatuses = silent.statuses();

  hosted = await hostProbe(engine, { MY_FLAG: '1' }, 3_600_000, fastWall(shorter));
  await hosted.inService;
  hostDump = (JSON.parse((await hosted.ask('POST', '/invocations', 'dump{}')).text) as { dump: Dump }).dump; // The probe's own words.
  refusals.push(await hosted.ask('POST', '/invocations', 'hang'), await hosted.ask('POST', '/invocations', new Uint8Array(26_214_401)));
});
afterAll(async () => {
  await hosted?.stop();
  await engine.close();
});

describe('docs/containers.md', () => {
  it.each([
    ['Variables of training', () => trained.dump],
    ['Variables of hosting', () => hostDump],
  ])('says which variables a program finds: %s', (heading, dump) => {
    // What a shell of another system adds by itself.
    const shells = new Set(['_', 'SHLVL', 'OLDPWD', '__CF_USER_TEXT_ENCODING']);
    const names = Object.keys(dump()?.environment ?? {}).filter((name) => !shells.has(name));
    compare(heading, new Map(names.map((name) => [name, 'yes'])));
  });

  it('says that nobody makes the training toolkit’s variables but the toolkit', () => {
    const rows = rowsOf('Variables the training toolkit makes');
    const seen = { ...trained.dump?.environment, ...hostDump.environment };
    expect(local(rows)).toEqual(derived(rows, ({ key }) => (key in seen ? 'yes' : 'no')));
    expect(Object.keys(seen).filter((name) => name.startsWith('SM_'))).toEqual([]);
  });

  it('says which variables reach a program if they are given', async () => {
    const rows = rowsOf('Variables that images read');
    const given = Object.fromEntries(rows.map(({ key }) => [key, `given ${key}`]));
    const { dump } = await observeTraining(engine, { environment: given });
    const host = await hostProbe(engine, given, 3_600_000, fastWall(shorter));
    await host.inService;
    const { dump: hosting } = JSON.parse((await host.ask('POST', '/invocations', 'dump{}')).text) as { dump: Dump }; // The probe's own words.
    await host.stop();
    const unasked = { ...trained.dump?.environment, ...hostDump.environment };
    expect(local(rows)).toEqual(
      derived(rows, ({ key }) => {
        if (key in unasked) return 'yes';
        return [dump, hosting].every((seen) => seen?.environment[key] === given[key]) ? 'as given' : 'no';
      }),
    );
  });

  it('says what lies in the tree, and what of it is kept', async () => {
    const rows = rowsOf('Files');
    const inside = (path: string) => path.replace(/^\/opt\/ml\//, '').replace('<channel>', 'train');
    const out = rows.filter(({ cells }) => cells['direction'] === 'out');
    const marks = new Map(
      out.map(({ key }, index) => [key, key.endsWith('/') || key === '/tmp' ? `${inside(key).replace(/\/?$/, '/')}mark-${index}` : inside(key)]),
    );
    const run = await observeTraining(engine, {
      environment: { PROBE_WRITE: JSON.stringify(Object.fromEntries([...marks.values()].map((path) => [path, path]))) },
    });
    const failed = await observeTraining(engine, { environment: { PROBE_WRITE: '{"output/failure":"told"}', PROBE_END: '1' } });
    const tree = [...(trained.dump?.tree ?? []), ...hostDump.tree];
    const keptIn = (key: string): boolean => {
      const mark = marks.get(key)?.replace(/^(model|output)\//, '') ?? '';
      return run.kept.includes(mark) && (key !== '/opt/ml/output/failure' || failed.result.failureReason?.includes('told') === true);
    };
    const name = ({ key, cells }: Row) => `${cells['direction'] ?? ''} ${key}`;
    const derive = ({ key, cells }: Row) => {
      if (cells['direction'] === 'out') return keptIn(key);
      return key === '/tmp' ? trained.dump?.hasScratch === true && hostDump.hasScratch : tree.includes(inside(key));
    };
    expect(Object.fromEntries(rows.map((row) => [name(row), row.cells['local mode']]))).toEqual(
      Object.fromEntries(rows.map((row) => [name(row), derive(row) ? 'yes' : 'no'])),
    );
    // What is there has a row, or lies above or below one.
    const known = rows.filter(({ cells }) => cells['direction'] === 'in').map(({ key }) => inside(key));
    const unknown = tree.filter(
      (path) => !path.startsWith('tmp-') && !known.some((one) => one.startsWith(path) || (one.endsWith('/') && path.startsWith(one))),
    );
    expect(unknown).toEqual([]);
  });

  it('says which keys the configuration files have, and with which values', () => {
    const config = trained.dump?.config ?? {};
    const channel = (config['inputdataconfig.json']?.['train'] ?? {}) as Record<string, string>; // The contract's shape.
    const modes = /^(TrainingInputMode|S3DistributionType|RecordWrapperType)$/;
    compare(
      'Keys of the configuration files',
      new Map([
        ...Object.keys(config['resourceconfig.json'] ?? {}).map((key) => [`resourceconfig.json: ${key}`, 'yes'] as const),
        ...Object.entries(channel).map(([key, value]) => [`inputdataconfig.json: ${modes.test(key) ? `${key}=${value}` : key}`, 'yes'] as const),
      ]),
    );
  });

  it('says which routes there are', async () => {
    const seen = new Map<string, string>();
    for (const { key } of rowsOf('Routes')) {
      const [method = '', path = ''] = key.split(' ');
      const { status } = await hosted.ask(method, path);
      if (status === 200) seen.set(key, 'yes');
      else expect([404, 405]).toContain(status);
    }
    compare('Routes', seen);
  });

  it('says which headers reach the container, and which come back', async () => {
    const [request, answer] = [rowsOf('Headers of a request'), rowsOf('Headers of an answer')];
    const all = (rows: readonly Row[]) => Object.fromEntries(rows.map(({ key }) => [key, 'v']));
    // Set by the platform, whatever the container says.
    const own = 'X-Amzn-Invoked-Production-Variant';
    const got = await hosted.ask('POST', '/invocations', `dump${JSON.stringify({ ...all(answer), [own]: 'the-container' })}`, all(request));
    const { headers } = JSON.parse(got.text) as { headers: Record<string, string> }; // The probe's own words.
    expect(local(request)).toEqual(derived(request, ({ key }) => (headers[key.toLowerCase()] === 'v' ? 'passed on' : 'dropped')));
    expect(local(answer)).toEqual(
      derived(answer, ({ key }) => {
        const value = got.headers[key.toLowerCase()];
        if (value === 'v') return 'passed back';
        return value === undefined ? 'dropped' : 'set';
      }),
    );
  });

  it('says which errors are the platform’s', () =>
    compare(
      "Errors of the platform's own",
      new Map(refusals.map(({ status, headers }) => [`${status} ${String(headers['x-amzn-errortype'])}`, 'yes'])),
    ));

  it('says which limits are held', async () => {
    const longest = async (header: string): Promise<string> => {
      const takes = async (length: number) => (await hosted.ask('POST', '/invocations', '1', { [header]: 'x'.repeat(length) })).status === 200;
      let length = 1;
      while (await takes(2 * length)) length *= 2;
      expect(await takes(length + 1), `a limit of ${header} between two powers of 2`).toBe(false);
      return `${length} characters`;
    };
    const failure = await observeTraining(engine, {
      environment: { PROBE_WRITE: JSON.stringify({ 'output/failure': 'x'.repeat(3_000) }), PROBE_END: '1' },
    });
    const whole = await hosted.ask('POST', '/invocations', new Uint8Array(26_214_400));
    const [, startup, ping] = /within (\d+) s: GET \/ping: no answer within (\d+) s$/.exec(silentReason) ?? [];
    const [, invocation] = /did not answer within (\d+) s/.exec(refusals[1]?.text ?? '') ?? [];
    const [customAttributes, inferenceId] = [await longest('X-Amzn-SageMaker-Custom-Attributes'), await longest('X-Amzn-SageMaker-Inference-Id')];
    await hosted.stop();
    compare(
      'Limits',
      new Map([
        ['answer to GET /ping', `${ping} s`],
        ['answer to POST /invocations', `${invocation} s`],
        ['start-up window', `${startup} s`],
        ['SIGTERM to SIGKILL, hosting', `${Number(hosted.graces[0]) / 1000} s`],
        ['SIGTERM to SIGKILL, training', `${Number(stopped.graces[0]) / 1000} s`],
        ['longest run, where none is named', `${defaultOf(trainCommand, '--max-runtime') / 1000} s`],
        // A byte more was refused.
        ['body of a request', `${whole.text} bytes`],
        ['failure text', `${failure.result.hosts[0]?.failure.length} characters`],
        ['failure reason', `${failure.result.failureReason?.length} characters`],
        ['custom attributes', customAttributes],
        ['inference id', inferenceId],
        ...requestLimits(),
      ]),
    );
  });

  it('says which statuses a job passes', () => {
    const runs = [trained, stopped, tooLong, ...byExitCode.values()];
    compare('Statuses of a training job', new Map(runs.flatMap(({ statuses }) => statuses).map((status) => [status, 'yes'])));
    // It ends in a status of SageMaker's.
    expect(runs.every(({ result }) => rowsOf('Statuses of a training job').some(({ key }) => key === result.status))).toBe(true);
  });

  it('says which statuses an endpoint passes', async () => {
    await hosted.stop();
    compare('Statuses of an endpoint', new Map([...hosted.statuses(), ...silentStatuses].map((status) => [status, 'yes'])));
  });

  it('says what follows from an exit code', () =>
    compare(
      'Exit codes of train',
      new Map(
        [...byExitCode].map(([key, { result }]) => {
          expect(String(result.hosts[0]?.exitCode)).toBe(key);
          return [key, `${result.status}${result.hosts[0]?.text.includes(':') ? ', explained' : ''}`];
        }),
      ),
    ));
});
