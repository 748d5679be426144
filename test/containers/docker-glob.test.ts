import { describe, expect, it } from 'vitest';
import { matchesDockerGlob } from '../../src/containers/docker-glob.ts';
import { withoutIgnored } from '../../src/containers/dockerignore.ts';

describe('matchesDockerGlob()', () => {
  // Docker's documentation of .dockerignore, and Go's of filepath.Match.
  it.each<[string, readonly string[], readonly string[]]>([
    ['*', ['a', '.env', '.git'], ['a/b']],
    ['*/temp*', ['somedir/temporary.txt', 'somedir/temp'], ['temp', 'a/b/temp']],
    ['*/*/temp*', ['somedir/subdir/temporary.txt'], ['somedir/temp']],
    ['temp?', ['tempa', 'tempb', 'temp.'], ['temp', 'tempab', 'temp/']],
    ['**/*.go', ['a.go', 'x/a.go', 'x/.y/a.go'], ['a.goo', 'a.go/x']],
    ['**/.env', ['.env', 'a/.env', 'a/b/.env'], ['a.env']],
    ['a/**', ['a/b', 'a/.b/c'], ['a', 'b']],
    ['[a-c]x', ['ax', 'cx'], ['dx', '/x']],
    ['[^a-c]x', ['dx'], ['ax', '/x']],
    ['[&&~]', ['&', '~'], ['a']],
    ['\\*', ['*'], ['a', '\\*']],
    ['{a,b}', ['{a,b}'], ['a', 'b']],
    ['+(a)', ['+(a)'], ['a', 'aa']],
    ['!(a)', ['!(a)'], ['b']],
    ['a.c', ['a.c'], ['abc']],
    ['[', ['['], []],
  ])('%s', (pattern, yes, no) => {
    expect(yes.filter((path) => !matchesDockerGlob(path, pattern))).toEqual([]);
    expect(no.filter((path) => matchesDockerGlob(path, pattern))).toEqual([]);
  });
});

describe('withoutIgnored()', () => {
  const kept = (ignore: string, ...paths: string[]) =>
    withoutIgnored(
      [{ path: '.dockerignore', bytes: Buffer.from(ignore) }, ...paths.map((path) => ({ path, bytes: Buffer.from(path) }))],
      'Dockerfile',
    ).map(({ path }) => path);

  it('leaves out what begins with a dot as well: secrets lie there', () => {
    expect(kept('*\n!train', 'train', '.env', '.aws/credentials', 'serve')).toEqual(['train']);
    expect(kept('**/*.env\n', 'a/.env', '.env', 'prod.env')).toEqual(['.dockerignore']);
  });

  it('has the last rule decide, and the rules of a folder for all below it', () => {
    expect(kept('dir\n!dir/keep/this', 'dir/a', 'dir/keep/this', 'dir/keep/other')).toEqual(['.dockerignore', 'dir/keep/this']);
    expect(kept('*.md\n!README*.md\nREADME-secret.md', 'a.md', 'README.md', 'README-secret.md')).toEqual(['.dockerignore', 'README.md']);
  });
});
