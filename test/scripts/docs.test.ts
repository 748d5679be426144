import { describe, expect, it } from 'vitest';
import { anchorsIn, problemsOf, type Tree } from '../../scripts/docs.ts';

const files = new Set(['README.md', 'docs', 'docs/emulator.md', 'src/gates/alarm.ts', 'src/gates']);
const tree: Tree = {
  has: (path) => files.has(path),
  anchorsOf: (path) =>
    path === 'docs/emulator.md' ? anchorsIn('# The emulator\n## What it does\n## What it does\n```\n# no heading\n```\n') : undefined,
  npmScripts: new Set(['ok']),
};
const problems = (text: string, file = 'README.md') => problemsOf(file, text, tree);

describe('problemsOf()', () => {
  it.each([
    ['a link to a file that is not there', '[x](docs/nothing.md)', 'docs/nothing.md: there is no such file'],
    ['a link to a heading that is not there', '[x](docs/emulator.md#what-it-doesnt)', 'docs/emulator.md has no such heading'],
    ['a link from the root of a site', '[x](/docs/emulator.md)', 'link relative to this page'],
    ['a path in code that is not there', 'see `src/gates/nothing.ts`', '`src/gates/nothing.ts`: there is no such file'],
    ['a script that is not there', 'npm run nothing', 'package.json has no such script'],
    ['a path of one machine', 'cd /home/somebody/sluice', 'is a path of one machine'],
  ])('finds %s', (_what, text, problem) => {
    expect(problems(`one line\n${text}`)).toEqual([expect.stringMatching(/^README\.md:2: /) as string]);
    expect(problems(`one line\n${text}`)[0]).toContain(problem);
  });

  it.each([
    '[x](docs/emulator.md#what-it-does-1) and [y](https://example.org/nothing.md) and [z](docs/)',
    '`src/gates/alarm.ts`, `src/gates/`, `src/gates/<gate>.ts`, `src/gates/*.ts` and `npm run ok`',
    '`[x](docs/nothing.md)` in code is no link',
    '```\n[x](docs/nothing.md)\n```',
  ])('lets pass %s', (text) => expect(problems(text)).toEqual([]));

  it('resolves a link from the page it stands on', () => {
    expect(problems('[x](../README.md)', 'docs/emulator.md')).toEqual([]);
    expect(problems('[x](README.md)', 'docs/emulator.md')).toHaveLength(1);
  });
});
