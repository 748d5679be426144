import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { playAll } from '../../../bench/gates/crew.ts';
import { jobsOf, playJob } from '../../../bench/gates/job.ts';
import { policies } from '../../../bench/gates/policies.ts';
import { scenarios } from '../../../bench/gates/scenarios.ts';
import { tableOf } from '../../../bench/gates/tell.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const some = policies.filter(({ name }) => name === 'msprt' || name === 'flagger-docs');
const worlds = scenarios.filter(({ id }) => id === 'S06' || id === 'S05');

async function bench(...args: readonly string[]) {
  try {
    const { stdout } = await promisify(execFile)(process.execPath, ['bench/run.ts', ...args], { cwd: root });
    return { code: 0, stdout, stderr: '' };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string }; // What execFile rejects with.
    return { code, stdout, stderr };
  }
}

describe('jobsOf()', () => {
  it('plays every run of every seed, scenario and policy once', () => {
    const jobs = jobsOf(some, worlds, { seeds: [11, 12], runs: 450 });
    const all = jobs.flatMap(({ policy, scenario, seed, firstRun, runs }) =>
      Array.from({ length: runs }, (_, run) => `${policy} ${scenario} ${seed} ${firstRun + run}`),
    );
    expect(all).toHaveLength(2 * 2 * 2 * 450);
    expect(new Set(all).size).toBe(all.length);
    expect(all).toContain('msprt S06 12 449');
  });
});

describe('playJob()', () => {
  it('refuses a policy or a scenario that is not there', () => {
    const job = { policy: 'msprt', scenario: 'S99', seed: 11, firstRun: 0, runs: 1 };
    expect(() => playJob(job, policies, scenarios)).toThrow('Cannot play policy "msprt" in scenario "S99": there is no such scenario');
    expect(() => playJob({ ...job, policy: 'none' }, policies, scenarios)).toThrow('there is no such policy');
  });
});

describe('playAll()', () => {
  it('gives the same whatever the number of workers, and tells how far it is', async () => {
    const jobs = jobsOf(some, worlds, { seeds: [11], runs: 3 });
    const told: number[] = [];
    const byOne = await playAll(jobs, 1, (done) => told.push(done));
    expect(await playAll(jobs, 3, () => undefined)).toEqual(byOne);
    expect(byOne).toEqual(jobs.map((job) => playJob(job, policies, scenarios)));
    expect(told).toEqual([1, 2, 3, 4]);
  });

  it('throws what a worker throws', async () => {
    await expect(playAll([{ policy: 'none', scenario: 'S01', seed: 11, firstRun: 0, runs: 1 }], 1, () => undefined)).rejects.toThrow(
      'Cannot play policy "none"',
    );
  });
});

describe('tableOf()', () => {
  it('aligns its columns', () =>
    expect(
      tableOf([
        ['policy', 'S01'],
        ['a', '0.0 / 15.8'],
      ]),
    ).toBe('| policy | S01        |\n|--------|------------|\n| a      | 0.0 / 15.8 |'));
});

describe('npm run bench', () => {
  const few = ['gates', '--policy', 'msprt', '--policy', 'flagger-docs', '--scenario', 'S01', '--scenario', 'S06', '--runs', '3'];

  it('gates ends with a line of figures by policy', async () => {
    const { code, stdout } = await bench(...few);
    expect(code).toBe(0);
    expect(stdout).toContain('Flagger docs 10..50 step 10, 60s, threshold 5');
    const last = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as { policy: Record<string, unknown>; seeds: number[]; runs: number };
    expect(last).toMatchObject({ seeds: [11], runs: 3 });
    expect(Object.keys(last.policy).toSorted()).toEqual(['flagger-docs', 'msprt']);
    expect(last.policy['msprt']).toEqual({
      worstFalseRollbackPercent: expect.any(Number) as number,
      worstMissPercent: 0,
      medianMinutesTo95: 15.83,
      geometricMeanExcessBad: expect.any(Number) as number,
      waldRatio: { S06: expect.any(Number) as number },
    });
  });

  it('gates --output json prints a line a policy and scenario, and the same last line', async () => {
    const { stdout } = await bench(...few, '--output', 'json');
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.slice(0, -1).map(({ policy, scenario, runs }) => [policy, scenario, runs])).toEqual([
      ['flagger-docs', 'S01', 3],
      ['flagger-docs', 'S06', 3],
      ['msprt', 'S01', 3],
      ['msprt', 'S06', 3],
    ]);
    expect(lines.at(-1)).toHaveProperty('policy.msprt.worstMissPercent', 0);
  });

  it.each([
    [[], 'No bench is named'],
    [['gate'], 'There is no bench "gate"'],
    [['gates', '--policy', 'none'], '--policy is "none", expected one of '],
    [['gates', '--scenario', 'S14'], '--scenario is "S14", expected one of S01, '],
    [['gates', '--runs', '0'], '--runs is "0", expected a whole number of at least 1'],
    [['gates', '--seed', '1.5'], '--seed is "1.5", expected a whole number of at least 0'],
    [['gates', '--output', 'xml'], '--output is "xml", expected json or text'],
    [['gates', '--fast'], "Unknown option '--fast'"],
  ])('refuses %j', async (args, message) => {
    const { code, stderr, stdout } = await bench(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
  });
});
