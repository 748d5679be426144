import { AwsError, notEmulated } from '../aws-error.ts';

/**
 * Reads a filter pattern of terms: words and "quoted phrases", all of which must be in a message; `-word` must not be, and of `?words` one must.
 * Case matters.
 *
 * @throws AwsError `NotEmulated` for JSON, space-delimited and regular-expression patterns, `InvalidParameterException` for an open quote
 */
export function readFilterPattern(pattern: string): (message: string) => boolean {
  const text = pattern.trim();
  if (text.startsWith('{') || text.startsWith('[')) throw notEmulated(`the log filter pattern ${text} (words and quoted phrases are)`);
  const needed: string[] = [];
  const excluded: string[] = [];
  const optional: string[] = [];
  const terms = /\s*([-?]?)(?:"((?:[^"\\]|\\.)*)"|([^\s"]+))/y;
  let readTo = 0;
  while (readTo < text.length) {
    terms.lastIndex = readTo;
    const match = terms.exec(text);
    if (!match) throw new AwsError('InvalidParameterException', 'Invalid filter pattern');
    readTo = terms.lastIndex;
    const term = match[2]?.replace(/\\(.)/g, '$1') ?? match[3] ?? '';
    if (match[2] === undefined && /^%.*%$/.test(term)) throw notEmulated(`the regular expression ${term} in a log filter pattern`);
    (match[1] === '-' ? excluded : match[1] === '?' ? optional : needed).push(term);
  }
  return (message) =>
    needed.every((term) => message.includes(term)) &&
    !excluded.some((term) => message.includes(term)) &&
    // Beside terms that must be there, optional ones decide nothing.
    (optional.length === 0 || needed.length > 0 || optional.some((term) => message.includes(term)));
}
