import type { Catcher, ChoiceRule, Effects, Retrier, State } from './definition.ts';
import type { Fields } from './fields.ts';
import { isObject, type Json } from './json.ts';
import { readResource } from './resource.ts';

/** Fields every state may have, and those with a successor and effects. */
const everywhere = ['Type', 'Comment', 'QueryLanguage'];
const ongoing = [...everywhere, 'Next', 'End', 'Output', 'Assign'];

/**
 * Parses one state.
 *
 * @param speaksJsonata reports a state of another query language and answers whether it may be parsed
 * @returns undefined where something was refused
 */
export function parseState(name: string, fields: Fields, speaksJsonata: (fields: Fields) => boolean): State | undefined {
  if (!fields.require(['Type'])) return undefined;
  const type = fields.text('Type');
  if (type === 'Map' || type === 'Parallel') {
    fields.refuse(`The embedded AWS does not emulate the state type '${type}'; docs/emulator.md lists what it does.`);
    return undefined;
  }
  if (!speaksJsonata(fields)) return undefined;
  fields.text('Comment');
  switch (type) {
    case 'Pass':
      fields.allow(ongoing);
      return { type, name, ...successor(fields), ...effects(fields) };
    case 'Succeed':
      fields.allow([...everywhere, 'Output']);
      return { type, name, next: undefined, ...effects(fields) };
    case 'Fail':
      fields.allow([...everywhere, 'Error', 'Cause']);
      return {
        type,
        name,
        next: undefined,
        assign: undefined,
        output: undefined,
        error: fields.single('Error', 'string'),
        cause: fields.single('Cause', 'string'),
      };
    case 'Wait': {
      fields.allow([...ongoing, 'Seconds', 'Timestamp']);
      fields.exactlyOne(['Seconds', 'Timestamp']);
      const kind = fields.has('Seconds') ? 'Seconds' : 'Timestamp';
      const template = kind === 'Seconds' ? fields.seconds(kind, 0) : fields.single(kind, 'string');
      const literal = fields.raw('Timestamp');
      if (typeof literal === 'string' && template?.kind === 'literal' && !isTimestamp(literal)) {
        fields.refuse('Value is not a ISO-8601 extended offset date-time format string', fields.at('Timestamp'));
      }
      return template && { type, name, until: { kind, template }, ...successor(fields), ...effects(fields) };
    }
    case 'Choice': {
      fields.allow([...everywhere, 'Choices', 'Default', 'Output', 'Assign']);
      fields.require(['Choices']);
      const rules = fields.list('Choices') ?? [];
      if (fields.has('Choices') && rules.length === 0) fields.refuse('Choices must not be empty', fields.at('Choices'));
      const choices = nested(fields, 'Choices', rules, parseRule);
      return { type, name, next: undefined, choices, default: fields.text('Default'), ...effects(fields) };
    }
    case 'Task':
      return parseTask(name, fields);
    default:
      fields.refuse("Value should be one of ['Choice', 'Fail', 'Map', 'Parallel', 'Pass', 'Succeed', 'Task', 'Wait']", fields.at('Type'));
      return undefined;
  }
}

/** AWS takes an extended ISO-8601 date-time with its offset, and no other. */
export const isTimestamp = (text: string): boolean =>
  /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/.test(text) && !Number.isNaN(Date.parse(text));

function parseTask(name: string, fields: Fields): State | undefined {
  if (fields.has('Credentials')) {
    fields.refuse("The embedded AWS does not emulate the field 'Credentials'; docs/emulator.md lists what it does.", fields.at('Credentials'));
  }
  fields.allow([...ongoing, 'Resource', 'Arguments', 'TimeoutSeconds', 'HeartbeatSeconds', 'Retry', 'Catch', 'Credentials']);
  const whole = fields.require(['Resource']);
  const arn = fields.text('Resource');
  const resource = arn === undefined ? undefined : readResource(arn);
  if (resource && 'refusal' in resource) fields.refuse(resource.refusal, fields.at('Resource'));
  const timeoutSeconds = fields.seconds('TimeoutSeconds', 1);
  const heartbeatSeconds = fields.seconds('HeartbeatSeconds', 1);
  const timeout = fields.raw('TimeoutSeconds');
  const heartbeat = fields.raw('HeartbeatSeconds');
  if (typeof timeout === 'number' && typeof heartbeat === 'number' && heartbeat >= timeout) {
    fields.refuse('HeartbeatSeconds must be smaller than TimeoutSeconds', fields.at('HeartbeatSeconds'));
  }
  const retry = nested(fields, 'Retry', fields.list('Retry') ?? [], parseRetrier);
  const caught = nested(fields, 'Catch', fields.list('Catch') ?? [], parseCatcher);
  const args = fields.template('Arguments');
  const common = { ...successor(fields), ...effects(fields, true) };
  if (!whole || resource === undefined || 'refusal' in resource) return undefined;
  return { type: 'Task', name, resource, arguments: args, timeoutSeconds, heartbeatSeconds, retry, catch: caught, ...common };
}

function successor(fields: Fields): { next: string | undefined } {
  fields.exactlyOne(['Next', 'End']);
  if (fields.has('End') && fields.raw('End') !== true) fields.refuse("'End' must be true", fields.at('End'));
  return { next: fields.text('Next') };
}

function effects(fields: Fields, hasResult = false): Effects {
  return { assign: fields.assign({ result: hasResult }), output: fields.template('Output', { result: hasResult }) };
}

function parseRule(fields: Fields): ChoiceRule | undefined {
  fields.allow(['Condition', 'Next', 'Comment', 'Assign', 'Output']);
  const whole = fields.require(['Condition', 'Next']);
  const condition = fields.single('Condition', 'boolean');
  const next = fields.text('Next');
  const own = effects(fields);
  return whole && condition && next !== undefined ? { condition, next, ...own } : undefined;
}

function parseCatcher(fields: Fields, isLast: boolean): Catcher | undefined {
  fields.allow(['ErrorEquals', 'Next', 'Comment', 'Assign', 'Output']);
  const whole = fields.require(['ErrorEquals', 'Next']);
  const next = fields.text('Next');
  const errorEquals = parseErrorEquals(fields, isLast);
  const readable = { errorOutput: true };
  const own = { assign: fields.assign(readable), output: fields.template('Output', readable) };
  return whole && next !== undefined ? { errorEquals, next, ...own } : undefined;
}

function parseRetrier(fields: Fields, isLast: boolean): Retrier | undefined {
  fields.allow(['ErrorEquals', 'IntervalSeconds', 'MaxAttempts', 'BackoffRate', 'MaxDelaySeconds', 'JitterStrategy', 'Comment']);
  if (!fields.require(['ErrorEquals'])) return undefined;
  const intervalSeconds = fields.number('IntervalSeconds', { min: 1 }, 1);
  const maxDelaySeconds = fields.number('MaxDelaySeconds', { min: 1, max: 31_622_400 }, undefined);
  if (maxDelaySeconds !== undefined && maxDelaySeconds <= intervalSeconds) {
    fields.refuse('MaxDelaySeconds must be greater than IntervalSeconds', fields.at('MaxDelaySeconds'));
  }
  const jitter = fields.text('JitterStrategy') ?? 'NONE';
  if (jitter !== 'FULL' && jitter !== 'NONE') fields.refuse("Value should be one of ['FULL', 'NONE']", fields.at('JitterStrategy'));
  return {
    errorEquals: parseErrorEquals(fields, isLast),
    intervalSeconds,
    maxAttempts: fields.number('MaxAttempts', { min: 0 }, 3),
    backoffRate: fields.number('BackoffRate', { min: 1, whole: false }, 2),
    maxDelaySeconds,
    jitter: jitter === 'FULL' ? 'FULL' : 'NONE',
  };
}

/** `States.ALL` takes every error, so what stood beside or behind it could never be reached. */
function parseErrorEquals(fields: Fields, isLast: boolean): readonly string[] {
  const names = fields.list('ErrorEquals') ?? [];
  if (fields.has('ErrorEquals') && names.length === 0) fields.refuse('ErrorEquals must not be empty', fields.at('ErrorEquals'));
  for (const [index, name] of names.entries()) {
    const at = fields.at(`ErrorEquals[${index}]`);
    if (typeof name !== 'string') fields.refuse('Value is not a String', at);
    else if (name === 'States.ALL' && (names.length > 1 || !isLast)) fields.refuse('States.ALL must appear alone and at end of list', at);
  }
  return names.filter((name) => typeof name === 'string');
}

/** Parses a list of objects; each entry is told whether it is the last. */
function nested<T>(fields: Fields, field: string, list: readonly Json[], parse: (fields: Fields, isLast: boolean) => T | undefined): readonly T[] {
  return list.flatMap((entry, index) => {
    const at = fields.at(`${field}[${index}]`);
    if (!isObject(entry)) {
      fields.refuse('Value is not an Object', at);
      return [];
    }
    const parsed = parse(fields.within(entry, at), index === list.length - 1);
    return parsed === undefined ? [] : [parsed];
  });
}
