import { matchesArn, matchesWildcard } from './wildcard.ts';

/** What a request says about itself: condition key (lower-case) -> value or values. A missing key is absent, not empty. */
export type RequestContext = ReadonlyMap<string, readonly string[]>;

type Test = (wanted: string, actual: string) => boolean;

const same: Test = (wanted, actual) => wanted === actual;
const sameIgnoringCase: Test = (wanted, actual) => wanted.toLowerCase() === actual.toLowerCase();
const like: Test = (wanted, actual) => matchesWildcard(wanted, actual);

/** Operators this evaluator knows, lower-case; `negated` ones hold when no wanted value matches (and when the key is absent). */
const operators: Readonly<Record<string, { readonly test: Test; readonly negated: boolean }>> = {
  stringequals: { test: same, negated: false },
  stringnotequals: { test: same, negated: true },
  stringequalsignorecase: { test: sameIgnoringCase, negated: false },
  stringnotequalsignorecase: { test: sameIgnoringCase, negated: true },
  stringlike: { test: like, negated: false },
  stringnotlike: { test: like, negated: true },
  arnequals: { test: matchesArn, negated: false },
  arnlike: { test: matchesArn, negated: false },
  arnnotequals: { test: matchesArn, negated: true },
  arnnotlike: { test: matchesArn, negated: true },
  bool: { test: sameIgnoringCase, negated: false },
};

interface Operator {
  readonly test: Test;
  readonly negated: boolean;
  readonly ifExists: boolean;
  readonly quantifier: 'all' | 'any' | undefined;
}

function parseOperator(name: string): Operator | 'null' | undefined {
  const lower = name.toLowerCase();
  if (lower === 'null') return 'null';
  const quantifier = lower.startsWith('forallvalues:') ? 'all' : lower.startsWith('foranyvalue:') ? 'any' : undefined;
  const unquantified = quantifier === undefined ? lower : lower.slice(lower.indexOf(':') + 1);
  const ifExists = unquantified.endsWith('ifexists');
  const known = operators[ifExists ? unquantified.slice(0, -'ifexists'.length) : unquantified];
  return known && { ...known, ifExists, quantifier };
}

/** Whether the evaluator knows a condition operator, with its `...IfExists`, `ForAllValues:` and `ForAnyValue:` forms. */
export const isKnownOperator = (name: string): boolean => parseOperator(name) !== undefined;

function keyHolds(operator: Operator | 'null', wanted: readonly string[], actual: readonly string[] | undefined): boolean {
  // `Null: true` wants the key absent, `Null: false` wants it there.
  if (operator === 'null') return wanted.some((value) => (value.toLowerCase() === 'true') === (actual === undefined || actual.length === 0));
  const { test, negated, ifExists, quantifier } = operator;
  const matchesAny = (value: string) => wanted.some((one) => test(one, value));
  const holdsFor = (value: string) => matchesAny(value) !== negated;
  if (quantifier === 'all') return (actual ?? []).every(holdsFor);
  if (actual === undefined || actual.length === 0) return ifExists || (negated && quantifier === undefined);
  if (quantifier === 'any') return actual.some(holdsFor);
  // Single-valued keys; should a key carry several values, a positive operator needs one to match, a negated one none.
  return negated ? actual.every(holdsFor) : actual.some(holdsFor);
}

/**
 * Whether all conditions of a statement hold: operators and keys are AND, values of one key OR.
 *
 * @param conditions as in `Statement`; operators were checked with `isKnownOperator` when the policy was read
 */
export function conditionsHold(conditions: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>, context: RequestContext): boolean {
  return Object.entries(conditions).every(([name, keys]) => {
    const operator = parseOperator(name);
    if (operator === undefined) throw new TypeError(`Cannot evaluate the condition operator "${name}": it is not known`);
    return Object.entries(keys).every(([key, wanted]) => keyHolds(operator, wanted, context.get(key.toLowerCase())));
  });
}
