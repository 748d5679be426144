/** A wildcard pattern: literal parts with any text, or none, between them. */
export type Wildcard = readonly [first: string, ...rest: string[]];

/** Why a wildcard is refused, in the words AWS's engine uses after `Reason: `. */
export class WildcardRefused extends Error {
  override name = 'WildcardRefused';
}

/**
 * So many wildcards with the same character after them and AWS calls the rule too complex: each may wait for that character at once.
 * AWS counts the states of its automaton and does not publish the bound; five of one kind is what a recorded refusal had.
 */
const tooManyAlike = 5;

/**
 * @param text `*` stands for any text; `\*` and `\\` for themselves
 * @throws WildcardRefused on consecutive wildcards, a stray escape, or too many wildcards
 */
export function parseWildcard(text: string): Wildcard {
  const parts: [string, ...string[]] = [''];
  let last = 0;
  for (let i = 0; i < text.length; i++) {
    const character = text.charAt(i);
    if (character === '\\') {
      const escaped = text.charAt(i + 1);
      if (escaped !== '*' && escaped !== '\\') throw new WildcardRefused(`Invalid escape character at pos ${i}`);
      parts[last] += escaped;
      i++;
    } else if (character === '*') {
      if (text.charAt(i + 1) === '*') throw new WildcardRefused(`Consecutive wildcard characters at pos ${i + 1}`);
      parts.push('');
      last++;
    } else {
      parts[last] += character;
    }
  }
  const followers = new Map<string, number>();
  for (const part of parts.slice(1)) {
    if (part === '') continue;
    const alike = (followers.get(part.charAt(0)) ?? 0) + 1;
    followers.set(part.charAt(0), alike);
    if (alike >= tooManyAlike) {
      throw new WildcardRefused(
        'Rule is too complex - try using fewer wildcard characters or fewer repeating character sequences after a wildcard character',
      );
    }
  }
  return parts;
}

export function matchesWildcard([first, ...rest]: Wildcard, text: string): boolean {
  const tail = rest.pop();
  if (tail === undefined) return text === first;
  if (!text.startsWith(first) || text.length < first.length + tail.length || !text.endsWith(tail)) return false;
  // The leftmost place is as good as any: what lies between two parts is free.
  let from = first.length;
  const until = text.length - tail.length;
  for (const part of rest) {
    const at = text.indexOf(part, from);
    if (at === -1 || at + part.length > until) return false;
    from = at + part.length;
  }
  return true;
}
