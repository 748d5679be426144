/**
 * Whether `text` matches an IAM pattern: `*` is any run of characters (also none, also across `/` and `:`), `?` exactly one.
 *
 * @param options.ignoreCase compares without case, as IAM does for actions
 */
export function matchesWildcard(pattern: string, text: string, options: { ignoreCase?: boolean } = {}): boolean {
  const p = options.ignoreCase ? pattern.toLowerCase() : pattern;
  const t = options.ignoreCase ? text.toLowerCase() : text;
  let at = 0;
  let star = -1;
  let starText = 0;
  let i = 0;
  while (i < t.length) {
    // The star first: a text may itself hold a literal `*` (the resource `*` of an action without resource-level permission).
    if (p[at] === '*') {
      star = at++;
      starText = i;
    } else if (at < p.length && (p[at] === '?' || p[at] === t[i])) {
      at++;
      i++;
    } else if (star >= 0) {
      at = star + 1;
      i = ++starText;
    } else return false;
  }
  while (p[at] === '*') at++;
  return at === p.length;
}

/** ARN comparison as `ArnLike` does it: six parts, each matched on its own; a wildcard never crosses one of the first five colons. */
export function matchesArn(pattern: string, arn: string): boolean {
  if (pattern === '*') return true;
  const split = (text: string) => {
    const parts = text.split(':');
    return [...parts.slice(0, 5), parts.slice(5).join(':')];
  };
  const patternParts = split(pattern);
  const parts = split(arn);
  return patternParts.every((part, index) => matchesWildcard(part, parts[index] ?? ''));
}
