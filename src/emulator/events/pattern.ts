import { isObject, type Json, type JsonObject, parseJson } from './json.ts';
import { invalidPattern, isOperator, type Leaf, type Matcher, parseMatcher } from './matcher.ts';

/** A pattern that has been read and found valid. */
export interface EventPattern {
  readonly matches: (event: JsonObject) => boolean;
}

/** One field a pattern asks for: its dotted path, and what may stand there. */
interface Demand {
  readonly path: string;
  readonly oneOf: readonly Matcher[];
}

/** AWS documents that `$or` may expand to at most this many combinations. */
const mostCombinations = 1000;

/**
 * Reads an event pattern.
 *
 * Every field is asked for; `$or` is expanded, so that a pattern is a list of alternatives, each a list of demands.
 *
 * @param text the pattern as JSON text
 * @throws AwsError `InvalidEventPatternException`. AWS appends the place (` at [Source: ...; line: 1, column: 7]`); this does not
 */
export function parsePattern(text: string): EventPattern {
  const pattern = parseJson(text);
  // AWS prints its JSON parser's own complaint here; these words are ours.
  if (pattern === undefined) throw invalidPattern('The pattern is not valid JSON');
  if (!isObject(pattern)) throw invalidPattern('Filter is not an object');
  const alternatives = alternativesOf(pattern, '');
  return {
    matches: (event) => {
      const fields = fieldsOf(event);
      return alternatives.some((demands) => canMeet(demands, 0, fields, new Map()));
    },
  };
}

function alternativesOf(pattern: JsonObject, prefix: string): readonly (readonly Demand[])[] {
  const keys = Object.keys(pattern);
  if (keys.length === 0) throw invalidPattern('Empty objects are not allowed');
  let alternatives: readonly (readonly Demand[])[] = [[]];
  const both = (further: readonly (readonly Demand[])[]) => {
    if (alternatives.length * further.length > mostCombinations) {
      // AWS's words for this are not recorded.
      throw invalidPattern(`Too many combinations of $or: at most ${mostCombinations} are allowed`);
    }
    alternatives = alternatives.flatMap((left) => further.map((right) => [...left, ...right]));
  };
  for (const key of keys) {
    const value = pattern[key] ?? null;
    if (key === '$or' && isChoice(value)) {
      both(value.flatMap((choice) => alternativesOf(choice, prefix)));
    } else if (isObject(value)) {
      both(alternativesOf(value, `${prefix}${key}.`));
    } else if (Array.isArray(value)) {
      const list: readonly Json[] = value;
      if (list.length === 0) throw invalidPattern('Empty arrays are not allowed');
      both([[{ path: prefix + key, oneOf: list.map(parseMatcher) }]]);
    } else {
      throw invalidPattern(`"${key}" must be an object or an array`);
    }
  }
  return alternatives;
}

/** AWS takes `$or` for an operator only over two or more objects without operators of their own; else it is a field of that name. */
function isChoice(value: Json): value is readonly JsonObject[] {
  if (!Array.isArray(value)) return false;
  const list: readonly Json[] = value;
  return list.length > 1 && list.every((choice) => isObject(choice) && Object.keys(choice).length > 0 && !Object.keys(choice).some(isOperator));
}

/** Which element of which list (by the list's number) something stands in. */
type Places = ReadonlyMap<number, number>;
interface Field {
  readonly value: Leaf;
  readonly places: Places;
}

/** An event's leaves by dotted path: keys of nested objects are joined, so `{"a.b": 1}` and `{"a": {"b": 1}}` are one. */
function fieldsOf(event: JsonObject): ReadonlyMap<string, readonly Field[]> {
  const fields = new Map<string, Field[]>();
  let lists = 0;
  const walk = (value: Json, path: string, places: Places) => {
    if (Array.isArray(value)) {
      const list: readonly Json[] = value;
      const number = lists++;
      list.forEach((element, index) => walk(element, path, new Map(places).set(number, index)));
    } else if (isObject(value)) {
      for (const key of Object.keys(value)) walk(value[key] ?? null, path === '' ? key : `${path}.${key}`, places);
    } else {
      // What is neither list nor object is a leaf; the compiler does not narrow readonly lists away.
      const leaf = value as Leaf;
      const known = fields.get(path);
      if (known) known.push({ value: leaf, places });
      else fields.set(path, [{ value: leaf, places }]);
    }
  };
  walk(event, '', new Map());
  return fields;
}

/** Fields found in a list of objects must all come from the same element: a choice that would mix elements is tried no further. */
function canMeet(demands: readonly Demand[], from: number, fields: ReadonlyMap<string, readonly Field[]>, places: Places): boolean {
  const demand = demands[from];
  if (!demand) return true;
  const found = fields.get(demand.path);
  if (!found) return demand.oneOf.some((matcher) => matcher.kind === 'absent') && canMeet(demands, from + 1, fields, places);
  return found.some((field) => {
    if (!demand.oneOf.some((matcher) => matcher.kind === 'value' && matcher.matches(field.value))) return false;
    for (const [list, index] of field.places) if ((places.get(list) ?? index) !== index) return false;
    return canMeet(demands, from + 1, fields, new Map([...places, ...field.places]));
  });
}
