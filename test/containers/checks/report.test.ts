import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { outOfReach } from '../../../src/containers/checks/out-of-reach.ts';
import { checks } from '../../../src/containers/checks/registry.ts';
import { type Observations, report } from '../../../src/containers/checks/report.ts';
import { assembleImage } from '../../../src/containers/pack.ts';
import { folderOf, goodImage } from '../folder.ts';

const nothing = { notSeen: 'nobody looked' };
const unseen: Observations = { manifest: nothing, config: nothing, files: nothing, serving: nothing, training: nothing, archive: nothing };
const all = Object.values(checks).flatMap((ofStage) => ofStage.map(({ id, title, level, stage }) => ({ id, title, level, stage })));

describe('report()', () => {
  it('lists what was not seen with the reason, and passes nothing', () => {
    const { findings, passed, notChecked } = report(unseen);
    expect({ findings, passed }).toEqual({ findings: [], passed: 0 });
    expect(notChecked).toHaveLength(all.length + outOfReach.length);
    expect(notChecked.filter(({ because }) => because === 'nobody looked').map(({ id }) => id)).toContain('CC-36');
  });

  it('accounts for every check: found, passed or not made', () => {
    const { contents } = assembleImage(folderOf({ ...goodImage, serve: '#!/bin/sh\n' }));
    const { findings, passed, notChecked } = report({ ...unseen, files: contents });
    expect(findings.map(({ id }) => id)).toEqual(['CC-11']);
    expect(1 + passed + notChecked.length).toBe(all.length + outOfReach.length);
  });

  it('tells of a training that fails even where no check knows why', () => {
    const plain = {
      exitCode: 4,
      signal: null,
      ms: 1,
      overtime: false,
      log: ['no rows'],
      failure: 'no rows',
      modelFiles: [],
      checkpointFiles: [],
      changedInput: [],
    };
    const { findings } = report({ ...unseen, training: { where: 'train', limits: { runMs: 1, stopMs: 1 }, plain } });
    expect(findings).toEqual([
      expect.objectContaining({ level: 'warning', what: 'the first run ended with exit code 4: "no rows"', evidence: ['no rows'] }),
    ]);
  });
});

describe('the ids', () => {
  it('are those of the conformance list, each seen or out of reach, never both', () => {
    const seen = new Set(all.map(({ id }) => id));
    const away = new Set(outOfReach.map(({ id }) => id));
    expect([...seen].filter((id) => away.has(id))).toEqual([]);
    const numbers = [
      [1, 22],
      [30, 55],
      [60, 77],
      [80, 86],
      [90, 96],
    ].flatMap(([from = 0, to = 0]) => Array.from({ length: to - from + 1 }, (_, index) => from + index));
    expect([...seen, ...away].sort()).toEqual(numbers.map((number) => `CC-${String(number).padStart(2, '0')}`));
  });

  it('have a row each in the documentation, with title and level as they are', () => {
    const page = readFileSync(new URL('../../../docs/container-checks.md', import.meta.url), 'utf8');
    const rows = page.split('\n').filter((line) => line.startsWith('| CC-'));
    const written = rows.map((row) => row.split(' | ').slice(0, 3).join(' | ').replace(/^\| /, ''));
    const known = [
      ...all.map(({ id, title, level }) => `${id} | ${title} | ${level}`),
      ...outOfReach.map(({ id, title }) => `${id} | ${title} | not checked`),
    ];
    expect(written.sort()).toEqual(known.sort());
  });
});
