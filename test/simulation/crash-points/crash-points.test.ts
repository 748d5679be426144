import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { packageAnew, packagedService, stage } from '../../package.ts';
import { planted } from '../planted/controllers.ts';
import { plant } from '../planted/plant.ts';
import { journeyNames } from './journey.ts';
import { leavesAnother, pointsOf, strikesAt } from './points.ts';
import { recordJourney, type Visit } from './record.ts';
import { strike } from './strike.ts';

const call = (name: string, beside = false) => ({ name, beside });
const visit = (overrides: Partial<Visit> = {}): Visit => ({
  journey: 'promoted',
  ordinal: 1,
  functionName: 'sluice-shift-traffic',
  caller: { machine: 'rollout', state: 'Shift traffic', executionArn: 'arn:aws:states:us-east-1:000000000000:execution:sluice-rollout:churn-1' },
  standing: 'Progressing 10 %',
  calls: [call('GetItem STATE'), call('TransactWriteItems STATE'), call('UpdateEndpoint')],
  answer: 'asked',
  ...overrides,
});

describe('pointsOf()', () => {
  test('names every call of a visit twice: before its effect and after', () => {
    expect(pointsOf([visit()]).points.map(({ id }) => id)).toEqual([
      'promoted/rollout-shift-traffic.1/1-GetItem/before',
      'promoted/rollout-shift-traffic.1/1-GetItem/after',
      'promoted/rollout-shift-traffic.1/2-TransactWriteItems/before',
      'promoted/rollout-shift-traffic.1/2-TransactWriteItems/after',
      'promoted/rollout-shift-traffic.1/3-UpdateEndpoint/before',
      'promoted/rollout-shift-traffic.1/3-UpdateEndpoint/after',
    ]);
  });

  test('goes once through what is the same, on whichever journey, and says how much that left out', () => {
    const { points, folded } = pointsOf([visit(), visit({ ordinal: 9 }), visit({ journey: 'undone', ordinal: 5 })]);
    expect([points.length, folded]).toEqual([6, 12]);
  });

  test.each([
    ['where the rollout stood', { standing: 'Progressing 100 %' }],
    ['what was answered', { answer: 'nothing' }],
    ['what was called', { calls: [call('GetItem STATE')] }],
    ['who called', { functionName: 'sluice-sweep', caller: undefined }],
  ] as const)('goes through a visit that differs in %s', (_what, overrides) => {
    const { caller, ...rest } = { ...visit(), ...overrides };
    expect(pointsOf([visit(), { ...rest, ...(caller && { caller }) }]).folded).toBe(0);
  });
});

test('leavesAnother() is one point of those that leave AWS alike: reads change nothing, and nothing lies between two calls', () => {
  const notices = visit({ calls: [call('GetItem STATE'), call('TransactWriteItems STATE'), call('Publish'), call('PutEvents', true)] });
  const ids = pointsOf([notices])
    .points.filter(leavesAnother)
    .map(({ id }) => id.split('/').slice(2).join('/'));
  expect(ids).toEqual(['1-GetItem/before', '2-TransactWriteItems/after', '3-Publish/after', '4-PutEvents/before', '4-PutEvents/after']);
});

describe('strikesAt()', () => {
  const waysOf = (one: Visit) => [...new Set(strikesAt(pointsOf([one]).points, false).map(({ way }) => way))];
  const { caller: _, ...uncalled } = visit();

  test('stops the execution that called, heard and unheard; where an event called, Lambda gives up; a person tries again', () => {
    expect(waysOf(visit())).toEqual(['dies', 'stopped', 'unheard']);
    expect(waysOf({ ...uncalled, functionName: 'sluice-signal' })).toEqual(['dies', 'given-up']);
    expect(waysOf({ ...uncalled, functionName: 'sluice-api' })).toEqual(['dies']);
  });

  test('loses the event once a visit where it is asked to', () => {
    const ways = strikesAt(pointsOf([visit()]).points, true).map(({ way }) => way);
    expect(ways.filter((way) => way === 'unheard')).toHaveLength(1);
    expect(ways.filter((way) => way === 'stopped')).toHaveLength(6);
  });
});

/** Tasks no journey comes to, and why. */
const elsewhere: Readonly<Record<string, string>> = {
  'delivery Await training': 'nothing trains: a training job takes no part in the endpoint',
  'delivery Await build': 'images are pushed, none is built',
  'delivery Await image': 'the delivery asks neither for a signature nor for a scan',
  'delivery Await registration': 'the delivery registers nothing',
  'delivery Await answer': 'the delivery asks before a step, not before the rollout',
  'delivery Finish': 'every journey comes to the endpoint',
  'rollout Await endpoint at rest': 'the endpoint is at rest when it is undone',
  'rollout Hold and page': 'undo works',
};

describe('a canary rollout', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'sluice-crash-points-'));
  const visits: Visit[] = [];
  beforeAll(async () => {
    for (const name of journeyNames) visits.push(...(await recordJourney(name, await packagedService())));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** The last call of an operation at a state: how many calls come before it is none of the test's business. */
  const strikeOf = (place: string, operation: string, end: string) => {
    const found = strikesAt(pointsOf(visits).points, false).findLast(
      ({ id }) => id.startsWith(`promoted/${place}.1/`) && id.endsWith(`-${operation}/${end}`),
    );
    if (!found) throw new Error(`There is no ${operation} at ${place}`);
    return found;
  };

  test('passes every task of both machines on one journey or another, but for those with a reason', () => {
    const passed = new Set(visits.map(({ caller }) => `${caller?.machine} ${caller?.state}`));
    const tasks = (['delivery', 'rollout'] as const).flatMap((machine) => {
      const { States } = JSON.parse(readFileSync(new URL(`../../../state-machines/${machine}.asl.json`, import.meta.url), 'utf8')) as {
        States: Record<string, { Resource?: string }>;
      };
      return Object.entries(States).flatMap(([name, { Resource }]) => (Resource?.includes(':lambda:') === true ? [`${machine} ${name}`] : []));
    });
    expect(tasks.filter((task) => !passed.has(task)).toSorted()).toEqual(Object.keys(elsewhere).toSorted());
  });

  test.each([
    ['rollout-shift-traffic', 'UpdateEndpointWeightsAndCapacities', 'after/dies', 'Succeeded promoted'],
    ['rollout-shift-traffic', 'UpdateEndpointWeightsAndCapacities', 'after/stopped', 'RolledBack execution-stopped'],
    ['rollout-prepare-canary', 'UpdateEndpoint', 'after/unheard', 'RolledBack execution-stopped'],
    ['rollout-finish', 'Publish', 'before/stopped', 'Succeeded promoted'],
  ])('%s, %s, %s: ends %s, and everything holds', async (place, operation, how, end) => {
    const { point, way } = strikeOf(place, operation, how);
    expect(await strike(point, way, await packagedService())).toEqual({ end, simulatedMs: expect.any(Number) as number });
  });

  // Packaging takes most of it, and longer where others work as well.
  test('a controller whose fault nobody sees while nothing dies is caught where it dies', { timeout: 240_000 }, async () => {
    const broken = planted.find(({ name }) => name === 'ended-means-done');
    if (!broken) throw new Error('The planted controller is gone');
    const tree = stage();
    plant(broken, tree);
    const packageFolder = path.join(folder, 'package');
    await packageAnew(packageFolder, tree);
    // Nothing is wrong with it while nothing dies.
    await recordJourney('promoted', packageFolder);
    const { point, way } = strikeOf('rollout-finish', 'Publish', 'before/dies');
    expect((await strike(point, way, packageFolder)).violation).toMatchObject({ invariant: 'nothing-is-left-over' });
  });
});
