import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import * as z from 'zod/mini';
import { replay } from '../../src/cli/replay.ts';
import { rehearse as rehearseCommand } from '../../src/cli/rehearse.ts';
import { playInThreads } from '../../src/cli/rehearse-threads.ts';
import { parseYaml } from '../../src/cli/yaml-file.ts';
import { recordingOfCsv } from '../../src/rehearsal/recording-csv.ts';
import { playRuns, rehearse } from '../../src/rehearsal/rehearse.ts';
import { Scenario } from '../../src/rehearsal/scenario.ts';
import { builtInOf, builtIns } from '../../src/rehearsal/scenarios.ts';
import { delivery, deliverySource, scenario } from '../rehearsal/fixture.ts';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const page = (name: string) => readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8');
let folder = '';
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'sluice-test-rehearse-'));
  writeFileSync(path.join(folder, 'delivery.yaml'), stringify(deliverySource()));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What a person at a terminal in the folder gets. */
const sluice = (...words: readonly string[]) =>
  new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    execFile(process.execPath, [main, ...words], { cwd: folder, env: { ...process.env, NO_COLOR: '1' } }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });

describe('sluice rehearse', () => {
  test('prints a report, and writes a page', async () => {
    const { code, stdout } = await sluice('rehearse', '--scenario', 'total-failure', '--runs', '3', '--period', '10', '--html', 'page.html');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^churn, total-failure: every request to the canary fails\n3 runs, seed 1; metrics every 10 s, counted after 20s/);
    expect(stdout).toMatch(/rolled-back +100 % +44 % to 100 %/);
    expect(stdout).toContain('gates[0] error-rate');
    expect(readFileSync(path.join(folder, 'page.html'), 'utf8')).toContain('<h1>churn: total-failure</h1>');
  });

  test('prints the very report as JSON', async () => {
    const { stdout } = await sluice('rehearse', '--scenario', 'S06', '--runs', '3', '--period', '10', '--output', 'json');
    const report = await rehearse({ spec: delivery(), scenario: scenario('total-failure'), seed: 1, periodSeconds: 10 }, 3);
    expect(JSON.parse(stdout)).toEqual(JSON.parse(JSON.stringify(report)));
  });

  test('has printed its report before a page can’t be written', async () => {
    const { code, stdout, stderr } = await sluice('rehearse', '--scenario', 'S06', '--runs', '1', '--html', 'nowhere/page.html');
    expect({ code, told: stderr.includes('nowhere/page.html') }).toEqual({ code: 1, told: true });
    expect(stdout).toContain('rolled-back');
  });

  test('tells the flaws of a scenario where they stand, and ends with 1', async () => {
    writeFileSync(path.join(folder, 'odd.yaml'), 'name: odd\ntraffic: { requestsPerSecond: none }\n');
    const { code, stdout } = await sluice('rehearse', '--scenario', 'odd.yaml');
    expect({ code, stdout }).toEqual({ code: 1, stdout: 'odd.yaml:2:31: got "none"; expected a number\n' });
  });
});

test.each([2, 3, 5])('playInThreads() plays what one thread plays, in order: with %d', async (threads) => {
  const rehearsal = { spec: delivery(), scenario: scenario('total-failure'), seed: 2, periodSeconds: 10 };
  const sources = { delivery: deliverySource(), scenario: builtInOf('total-failure') ?? { name: '', traffic: { requestsPerSecond: 1 } } };
  expect(await playInThreads(rehearsal, sources, 11, threads)).toEqual(await playRuns(rehearsal, 0, 11));
});

describe('docs/rehearse.md', () => {
  const [, yaml = ''] = /```yaml\n([\s\S]*?)```/.exec(page('rehearse.md')) ?? [];

  test('has a scenario that is valid, and plays', async () => {
    const read = parseYaml(yaml, Scenario, 'scenario');
    if ('flaws' in read) throw new Error(JSON.stringify(read.flaws));
    expect((await rehearse({ spec: delivery(), scenario: read.value, seed: 1 }, 1)).runs).toBe(1);
  });

  test('names every field of a scenario, every option and every built-in scenario', () => {
    const text = page('rehearse.md');
    const { properties = {} } = z.toJSONSchema(Scenario, { io: 'input' });
    for (const field of Object.keys(properties)) expect(text, field).toMatch(new RegExp(`\`${field}\\b`));
    for (const { long } of rehearseCommand.options) expect(text, long ?? '').toContain(long ?? '');
    for (const { name, id } of builtIns) expect(text).toContain(`| \`${name}\` | ${id} |`);
    expect(Object.keys(parse(yaml) as object).length).toBeGreaterThan(5);
  });
});

describe('docs/replay.md', () => {
  const [, csv = ''] = /```csv\n([\s\S]*?)```/.exec(page('replay.md')) ?? [];

  test('has a table that is read, and names every option', () => {
    const recording = recordingOfCsv(csv, { startMs: 0, endMs: Number.MAX_SAFE_INTEGER });
    expect('flaws' in recording ? recording.flaws : [...recording.variants.keys()]).toEqual(['churn-a', 'churn-b']);
    for (const { long } of replay.options) if (long !== '--endpoint-url' && long !== '--region') expect(page('replay.md')).toContain(long ?? '');
  });
});

describe('sluice replay', () => {
  const window = ['--from', '2026-11-22T12:00:00Z', '--to', '2026-11-22T20:00:00Z'];

  test('answers both questions from a table', async () => {
    const lines = ['at,variant,requests,errors,slow_200,slow_300,slow_500'];
    for (let minute = 0; minute < 300; minute += 1) {
      const at = new Date(Date.parse('2026-11-22T12:00:00Z') + minute * 60_000).toISOString();
      lines.push(`${at},churn-a,6000,6,500,80,5`);
      if (minute >= 240) lines.push(`${at},churn-b,60,30,5,1,0`);
    }
    writeFileSync(path.join(folder, 'history.csv'), lines.join('\n'));
    const { code, stdout } = await sluice('replay', ...window, '--csv', 'history.csv', '--runs', '5');
    expect(code).toBe(0);
    expect(stdout).toContain('Would it have caught churn-b? Rolled back in 100 % of the draws.');
    expect(stdout).toMatch(/Would it have stopped a good one\? churn-a against itself is rolled back in 0 % of \d+ starts\./);
    expect(stdout).toContain('It assumes:');
  });

  test.each([
    ['2026-02-31', '2026-03-05', 'Expected a moment'],
    ['2026-11-23', '2026-11-22', '--to has to be later than --from'],
    ['yesterday', '2026-11-22', 'Expected a moment'],
  ])('refuses the time from %s to %s', async (from, to, told) => {
    const { code, stderr } = await sluice('replay', '--from', from, '--to', to, '--csv', 'none.csv');
    expect(code).toBe(1);
    expect(stderr).toContain(told);
  });

  test('says what to do where there is nothing to replay, and where the table has a flaw', async () => {
    writeFileSync(path.join(folder, 'none.csv'), 'at,variant,requests,errors\n');
    const none = await sluice('replay', ...window, '--csv', 'none.csv');
    expect(none.code).toBe(1);
    expect(none.stderr).toMatch(/^sluice: No variant has any requests in this time: look at --from and --to/);
    writeFileSync(path.join(folder, 'odd.csv'), 'at,variant,requests,errors\nnow,a,1,0\n');
    expect((await sluice('replay', ...window, '--csv', 'odd.csv')).stdout).toMatch(/^odd\.csv:2:1: got at "now"/);
  });
});
