import { AwsError } from '../aws-error.ts';
import type { Limit, Limits, ServiceId } from '../operation.ts';
import { membersOf, type Schema } from './schemas.ts';

const lowerCamel = (name: string) => name.slice(0, 1).toLowerCase() + name.slice(1);

/** How AWS prints a value inside a validation message. */
function printed(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(printed).join(', ')}]`;
  if (value instanceof Uint8Array) return `java.nio.HeapByteBuffer[pos=0 lim=${value.length} cap=${value.length}]`;
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'object' && value !== null) {
    return `{${Object.entries(value)
      .map(([name, one]) => `${name}=${printed(one)}`)
      .join(', ')}}`;
  }
  return String(value);
}

const surrogatePair = /[\uD800-\uDBFF][\uDC00-\uDFFF]/g;

function sizeOf(value: unknown): number | undefined {
  // Text is counted in code points, as AWS does.
  if (typeof value === 'string') return value.length - (value.match(surrogatePair)?.length ?? 0);
  if (Array.isArray(value) || value instanceof Uint8Array) return value.length;
  if (typeof value === 'object' && value !== null) return Object.keys(value).length;
  return undefined;
}

/** What a value breaks of its limits, in AWS's words, in AWS's order: each is a violation of its own. */
function broken(value: unknown, limit: Limit): string[] {
  const found: string[] = [];
  const size = sizeOf(value);
  const measure = typeof value === 'number' ? value : size;
  const what = typeof value === 'number' ? 'value' : 'length';
  if (measure !== undefined) {
    if (limit.max !== undefined && measure > limit.max) found.push(`Member must have ${what} less than or equal to ${limit.max}`);
    if (limit.min !== undefined && measure < limit.min) found.push(`Member must have ${what} greater than or equal to ${limit.min}`);
  }
  if (typeof value === 'string') {
    if (limit.pattern && !matchesWhole(limit.pattern, value)) found.push(`Member must satisfy regular expression pattern: ${limit.pattern.source}`);
    if (limit.oneOf && !limit.oneOf.includes(value)) found.push(`Member must satisfy enum value set: [${limit.oneOf.join(', ')}]`);
  }
  return found;
}

/** AWS matches a pattern against the whole value, whether or not it is anchored. */
function matchesWhole(pattern: RegExp, value: string): boolean {
  let whole = wholePatterns.get(pattern);
  if (!whole) {
    whole = new RegExp(`^(?:${pattern.source})$`, pattern.flags.replace(/[gy]/g, ''));
    wholePatterns.set(pattern, whole);
  }
  return whole.test(value);
}
const wholePatterns = new WeakMap<RegExp, RegExp>();

type Violations = string[];

function required(schema: Schema, value: unknown, path: string, found: Violations): void {
  if (value === undefined || value === null) return;
  if (schema.isStructSchema()) {
    if (typeof value !== 'object') return;
    const record = value as Record<string, unknown>; // an object, by the line above
    const at = (name: string) => (path === '' ? lowerCamel(name) : `${path}.${lowerCamel(name)}`);
    for (const member of membersOf(schema)) {
      const one = record[member.name];
      if (one === undefined || one === null) {
        if (member.required) found.push(`Value null at '${at(member.name)}' failed to satisfy constraint: Member must not be null`);
      } else if (!isSimple(member.schema)) required(member.schema, one, at(member.name), found);
    }
  } else if (schema.isListSchema() && Array.isArray(value)) {
    const member = schema.getValueSchema();
    if (isSimple(member)) return;
    for (const [index, one] of value.entries()) required(member, one, `${path}.${index + 1}.member`, found);
  } else if (schema.isMapSchema() && typeof value === 'object') {
    const member = schema.getValueSchema();
    if (isSimple(member)) return;
    for (const [key, one] of Object.entries(value)) required(member, one, `${path}.${key}.member`, found);
  }
}

const isSimple = (schema: Schema) => !schema.isStructSchema() && !schema.isListSchema() && !schema.isMapSchema();

/** Follows a limit's path (`ProductionVariants[].VariantName`) to every value it speaks of. */
function visit(value: unknown, path: readonly string[], at: string, then: (value: unknown, at: string) => void): void {
  if (value === undefined || value === null) return;
  const [step, ...rest] = path;
  if (step === undefined) return then(value, at);
  if (step === '[]') {
    if (Array.isArray(value)) for (const [index, one] of value.entries()) visit(one, rest, `${at}.${index + 1}.member`, then);
    return;
  }
  if (typeof value !== 'object') return;
  visit((value as Record<string, unknown>)[step], rest, at === '' ? lowerCamel(step) : `${at}.${lowerCamel(step)}`, then); // an object, by the line above
}

interface LimitAt {
  /** `A[].B` as steps: `A`, `[]`, `B`. */
  readonly steps: readonly string[];
  readonly limit: Limit;
}

/** An operation's limits with their paths taken apart, which is done once. */
function limitsAt(limits: Limits): readonly LimitAt[] {
  let list = takenApart.get(limits);
  if (!list) {
    list = Object.entries(limits).map(([path, limit]) => ({
      steps: path.split('.').flatMap((part) => part.replaceAll('[]', '\n[]').split('\n')),
      limit,
    }));
    takenApart.set(limits, list);
  }
  return list;
}
const takenApart = new WeakMap<Limits, readonly LimitAt[]>();

/** Everything an input breaks, in AWS's words: required members first, as the schema has them, then limits. */
export function violations(schema: Schema, limits: Limits, input: unknown): string[] {
  const found: Violations = [];
  required(schema, input, '', found);
  for (const { steps, limit } of limitsAt(limits)) {
    visit(input, steps, '', (value, at) => {
      for (const what of broken(value, limit)) found.push(`Value '${printed(value)}' at '${at}' failed to satisfy constraint: ${what}`);
    });
  }
  return found;
}

/** Code each service gives a broken constraint; `ValidationException` where not listed. */
const constraintCodes: Partial<Record<ServiceId, { code: string; queryCode?: string }>> = {
  cloudwatch: { code: 'ValidationException', queryCode: 'ValidationError' },
  sns: { code: 'ValidationError' },
  sts: { code: 'ValidationError' },
  'sagemaker-runtime': { code: 'ValidationError' },
  ecr: { code: 'InvalidParameterException' },
  logs: { code: 'InvalidParameterException' },
  codebuild: { code: 'InvalidInputException' },
};

/**
 * @throws AwsError with all violations counted and joined:
 * `2 validation errors detected: Value 'x' at 'endpointName' failed to satisfy constraint: ...; Value null at ...`
 */
export function checkConstraints(service: ServiceId, schema: Schema, limits: Limits, input: unknown): void {
  const found = violations(schema, limits, input);
  if (found.length === 0) return;
  const { code, queryCode } = constraintCodes[service] ?? { code: 'ValidationException' };
  throw new AwsError(
    code,
    `${found.length} validation ${found.length === 1 ? 'error' : 'errors'} detected: ${found.join('; ')}`,
    queryCode === undefined ? {} : { queryCode },
  );
}
