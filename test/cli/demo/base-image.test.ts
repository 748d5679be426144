import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { haveBaseImage } from '../../../src/cli/demo/base-image.ts';

const machinePath = process.env['PATH'];
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'base-image-test-'));
});
afterEach(() => {
  process.env['PATH'] = machinePath;
  rmSync(folder, { recursive: true, force: true });
});

/** A machine whose `docker` notes what it is asked, and fails at the commands that begin so. */
function machineWhereFail(...failing: readonly string[]): { asked: () => string[] } {
  const log = join(folder, 'asked');
  const cases = failing.map((words) => `  '${words}'*) echo 'it is not to be had' >&2; exit 1 ;;\n`).join('');
  writeFileSync(join(folder, 'docker'), `#!/bin/sh\necho "$*" >>'${log}'\ncase "$*" in\n${cases}  *) ;;\nesac\n`, { mode: 0o755 });
  process.env['PATH'] = folder;
  return { asked: () => (existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : []) };
}

describe('haveBaseImage()', () => {
  const told: string[] = [];
  const tell = (stage: string) => void told.push(stage);
  beforeEach(() => void told.splice(0));

  it('asks for nothing where the engine has the base', async () => {
    const { asked } = machineWhereFail();
    await haveBaseImage('digits-sklearn', tell);
    expect(asked().at(-1)).toBe('image inspect localhost/digits-sklearn/python:3.11');
    expect(told).toEqual([]);
  });

  it('builds a base that no registry has, and says so first', async () => {
    const { asked } = machineWhereFail('image inspect');
    await haveBaseImage('digits-sklearn', tell);
    expect(asked().at(-1)).toMatch(/^build --tag localhost\/digits-sklearn\/python:3\.11 --file \S+base\.Dockerfile \S+examples\/digits-sklearn\/$/);
    expect(told).toEqual([expect.stringContaining('building localhost/digits-sklearn/python:3.11')]);
  });

  it('pulls a base of a registry', async () => {
    const { asked } = machineWhereFail('image inspect');
    await haveBaseImage('tumour-classifier', tell);
    expect(asked().at(-1)).toBe('pull node:24-slim');
  });

  it.each([
    ['no engine answers', ['version'], 'No Docker engine answers'],
    ['the base cannot be pulled', ['image inspect', 'pull'], 'it is not to be had'],
  ])('says what brings an engine with all it needs, where %s', async (_, failing, reason) => {
    machineWhereFail(...failing);
    await expect(haveBaseImage('tumour-classifier', tell)).rejects.toThrow(
      new RegExp(
        `^Example "tumour-classifier" cannot run with Docker: .*${reason}.*npm exec -- node scripts/docker\\.ts npm run demo -- --engine docker`,
      ),
    );
  });
});
