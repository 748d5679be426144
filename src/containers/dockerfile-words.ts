/** What a Dockerfile's word asks for that only Docker does. */
export class BadWord extends Error {
  override name = 'BadWord';
}

type Variables = ReadonlyMap<string, string>;

/**
 * A word of a Dockerfile as Docker reads it: quotes taken away, `\` before a character keeping that as it is, variables put
 * in, but not between single quotes. `$NAME`, `${NAME}`, `${NAME:-word}`, `${NAME-word}`, `${NAME:+word}`, `${NAME+word}`; an
 * unknown name is empty.
 *
 * @throws BadWord for any other `${…}`, and for a quote or a brace without its end
 * @see Dockerfile reference, "Environment replacement"
 */
export function readWord(raw: string, variables: Variables): string {
  let text = '';
  let at = 0;
  while (at < raw.length) {
    const char = raw[at] ?? '';
    if (char === "'") {
      const end = raw.indexOf("'", at + 1);
      if (end < 0) throw new BadWord(`"${raw}" has a quote without its end`);
      text += raw.slice(at + 1, end);
      at = end + 1;
    } else if (char === '"') {
      const { value, end } = quoted(raw, at + 1, variables);
      text += value;
      at = end;
    } else if (char === '\\') {
      text += raw[at + 1] ?? '';
      at += 2;
    } else if (char === '$') {
      const { value, end } = variable(raw, at, variables);
      text += value;
      at = end;
    } else {
      text += char;
      at++;
    }
  }
  return text;
}

/** What stands between double quotes, from behind the first: there `\` keeps only `"`, `$` and itself. */
function quoted(raw: string, from: number, variables: Variables): { readonly value: string; readonly end: number } {
  let value = '';
  let at = from;
  while (at < raw.length) {
    const char = raw[at] ?? '';
    if (char === '"') return { value, end: at + 1 };
    if (char === '\\' && /["$\\]/.test(raw[at + 1] ?? '')) {
      value += raw[at + 1] ?? '';
      at += 2;
    } else if (char === '$') {
      const found = variable(raw, at, variables);
      value += found.value;
      at = found.end;
    } else {
      value += char;
      at++;
    }
  }
  throw new BadWord(`"${raw}" has a quote without its end`);
}

/** What a variable that begins at a dollar stands for. */
function variable(raw: string, at: number, variables: Variables): { readonly value: string; readonly end: number } {
  const plain = /^\$(\w+)/.exec(raw.slice(at));
  if (plain) return { value: variables.get(plain[1] ?? '') ?? '', end: at + plain[0].length };
  if (raw[at + 1] !== '{') return { value: '$', end: at + 1 };
  const end = closing(raw, at + 2);
  const [, name = '', unlessEmpty, operator, word = ''] = /^(\w+)(?:(:?)([-+])([\s\S]*))?$/.exec(raw.slice(at + 2, end)) ?? [];
  if (name === '') throw new BadWord(`"${raw.slice(at, end + 1)}" is no variable a packed image understands`);
  const set = variables.get(name);
  // With a colon, a variable that is set and empty counts as none.
  const has = set !== undefined && (unlessEmpty !== ':' || set !== '');
  const value = operator === '-' ? (has ? set : readWord(word, variables)) : operator === '+' ? (has ? readWord(word, variables) : '') : (set ?? '');
  return { value, end: end + 1 };
}

/** Where the brace ends that began before `from`. */
function closing(raw: string, from: number): number {
  let depth = 1;
  for (let at = from; at < raw.length; at++) {
    if (raw[at] === '\\') at++;
    else if (raw[at] === '{') depth++;
    else if (raw[at] === '}' && --depth === 0) return at;
  }
  throw new BadWord(`"${raw}" has a brace without its end`);
}
