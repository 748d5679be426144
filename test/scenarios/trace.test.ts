import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { packagedService } from '../package.ts';

const folder = mkdtempSync(join(tmpdir(), 'sluice-trace-'));
const script = fileURLToPath(new URL('trace-run.ts', import.meta.url));
const traces: string[] = [];
let told = '';

/** Tells the story in a process of its own. @returns the trace it wrote */
async function tell(name: string, seed: number): Promise<string> {
  const file = join(folder, name);
  const { stdout } = await promisify(execFile)(process.execPath, [script, String(seed), file]);
  told = stdout;
  return readFileSync(file, 'utf8');
}

beforeAll(async () => {
  await packagedService();
  traces.push(await tell('first', 7), await tell('again', 7), await tell('other', 8));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('two processes with the same seed write the same trace, byte for byte', () => {
  const [first = '', again = ''] = traces;
  const [linesOf, linesAgain] = [first.split('\n'), again.split('\n')];
  const differs = linesOf.findIndex((line, index) => line !== linesAgain[index]);
  expect(differs === -1 ? [] : [linesOf[differs], linesAgain[differs]]).toEqual([]);
  expect(again).toBe(first);
});

test('another seed writes another trace', () => {
  expect(traces[2]).not.toBe(traces[0]);
});

test('the trace holds the whole story, with virtual times', () => {
  const lines = (traces[0] ?? '')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { at: string; kind: string; error?: unknown; input?: unknown; output?: unknown });
  expect(lines.length).toBeGreaterThan(500);
  expect(told.trim().split('\n')).toEqual(['RolledBack over-threshold', 'Succeeded promoted', 'Succeeded first-deployment']);
  expect([...new Set(lines.map((line) => line.kind))].sort()).toEqual(
    expect.arrayContaining(['alarm', 'draw', 'endpoint', 'event', 'lambda', 'state', 'training', 'wire']),
  );
  const wire = lines.filter((line) => line.kind === 'wire');
  expect(wire.every((line) => 'input' in line && ('output' in line || 'error' in line))).toBe(true);
  expect(lines.every((line) => line.at >= '2026-01-05T09:00:00' && line.at < '2026-01-06')).toBe(true);
});
