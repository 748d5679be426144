import { describe, expect, it } from 'vitest';
import { readWord } from '../../src/containers/dockerfile-words.ts';

const variables = new Map([
  ['NAME', 'churn'],
  ['EMPTY', ''],
  ['PATH', '/bin'],
]);

describe('readWord()', () => {
  // The Dockerfile reference, "Environment replacement", and the cases of a shell's own rules for quotes.
  it.each([
    ['plain', 'plain'],
    ['$NAME', 'churn'],
    ['${NAME}', 'churn'],
    ['${NAME}s', 'churns'],
    ['$NAMEs', ''],
    ['/opt:$PATH', '/opt:/bin'],
    ['\\$NAME', '$NAME'],
    ['\\${NAME}', '${NAME}'],
    ['"a b"', 'a b'],
    ["'a b'", 'a b'],
    ["'$NAME'", '$NAME'],
    ['"$NAME"', 'churn'],
    ['"\\$NAME"', '$NAME'],
    ['"say \\"hi\\""', 'say "hi"'],
    ['"C:\\dir"', 'C:\\dir'],
    ['a\\ b', 'a b'],
    [`x"y z"'$w'`, 'xy z$w'],
    ['${NAME:-other}', 'churn'],
    ['${NONE:-other}', 'other'],
    ['${EMPTY:-other}', 'other'],
    ['${EMPTY-other}', ''],
    ['${NONE-other}', 'other'],
    ['${NAME:+yes}', 'yes'],
    ['${EMPTY:+yes}', ''],
    ['${EMPTY+yes}', 'yes'],
    ['${NONE:-${NAME}}', 'churn'],
    ['${NONE:-"x y"}', 'x y'],
    ['100$', '100$'],
    ['', ''],
  ])('%s is "%s"', (raw, value) => expect(readWord(raw, variables)).toBe(value));

  it.each([
    ['${NAME#c}', '"${NAME#c}" is no variable a packed image understands'],
    ['${NAME/c/d}', '"${NAME/c/d}" is no variable a packed image understands'],
    ['${NONE:?must be set}', '"${NONE:?must be set}" is no variable a packed image understands'],
    ['${}', '"${}" is no variable a packed image understands'],
    ['${NAME', '"${NAME" has a brace without its end'],
    ['"a', '""a" has a quote without its end'],
    ["it's", `"it's" has a quote without its end`],
  ])('%s is refused, not guessed', (raw, message) => expect(() => readWord(raw, variables)).toThrow(message));
});
