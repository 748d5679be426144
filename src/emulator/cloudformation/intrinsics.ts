import { notEmulated } from '../aws-error.ts';
import { invalidTemplate, isRecord, type Template } from './template.ts';

/** What a template's references stand for, as far as the stack is built. */
export interface Scope {
  readonly template: Template;
  /** Values of parameters and pseudo parameters: `AWS::Region`, `Stage`. */
  readonly parameters: ReadonlyMap<string, string | readonly string[]>;
  /** What `Ref` of a resource is. @throws where it isn't built */
  ref(logicalId: string): unknown;
  /** An attribute of a resource. @throws where it isn't built, or has no such attribute */
  attribute(logicalId: string, name: string): unknown;
}

/** Stands for `AWS::NoValue` until the property that holds it is left out. */
const noValue = Symbol('AWS::NoValue');

const unsupported = (name: string, where: string) => notEmulated(`the intrinsic function ${name}, found in ${where},`);

/** Functions that may stand where a value does. */
const functions = new Set(['Ref', 'Fn::GetAtt', 'Fn::Sub', 'Fn::Join', 'Fn::Select', 'Fn::Split', 'Fn::If', 'Fn::FindInMap', 'Fn::Base64']);

/** The one function an object is, or undefined where it is plain data. */
function functionOf(value: Record<string, unknown>, where: string): string | undefined {
  const [name, ...more] = Object.keys(value);
  if (name === undefined || !(name === 'Ref' || name.startsWith('Fn::'))) {
    const hidden = more.find((one) => one.startsWith('Fn::'));
    if (hidden !== undefined) throw invalidTemplate(`${hidden} must be the only key of its object, in ${where}`);
    return undefined;
  }
  if (more.length > 0) throw invalidTemplate(`${name} must be the only key of its object, in ${where}`);
  if (!functions.has(name)) throw unsupported(name, where);
  return name;
}

/** `Fn::GetAtt` in either way of writing it. */
function attributeOf(value: unknown, where: string): readonly [string, string] {
  const parts: unknown[] =
    typeof value === 'string' ? [value.slice(0, value.indexOf('.')), value.slice(value.indexOf('.') + 1)] : Array.isArray(value) ? value : [];
  const [logicalId, name] = parts;
  if (parts.length !== 2 || typeof logicalId !== 'string' || logicalId === '')
    throw invalidTemplate(`Fn::GetAtt needs a resource and an attribute, in ${where}`);
  if (typeof name !== 'string') throw unsupported('Fn::GetAtt with a computed attribute', where);
  return [logicalId, name];
}

const placeholder = /\$\{(!?)([^${}]+)\}/g;

/** `Fn::Sub` taken apart: its text and the values it brings along. */
function substitution(value: unknown, where: string): { readonly text: string; readonly own: Record<string, unknown> } {
  if (typeof value === 'string') return { text: value, own: {} };
  const [text, own] = Array.isArray(value) ? (value as unknown[]) : [];
  if (typeof text !== 'string' || !isRecord(own)) throw invalidTemplate(`Fn::Sub needs a text, or a text and an object, in ${where}`);
  return { text, own };
}

const asText = (value: unknown, what: string): string => {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw invalidTemplate(`${what} is ${JSON.stringify(value)}, expected text`);
};

/**
 * Whether a condition of the template holds.
 *
 * @throws AwsError `ValidationError` for an unknown or circular condition
 */
export function conditionHolds(name: string, scope: Scope, path: readonly string[] = []): boolean {
  const condition = scope.template.conditions.get(name);
  if (condition === undefined) throw invalidTemplate(`Unresolved condition dependency ${name}`);
  if (path.includes(name)) throw invalidTemplate(`Circular dependency between conditions: [${path.join(', ')}]`);
  const where = `the condition "${name}"`;
  const holds = (value: unknown): boolean => {
    const [key, ...more] = isRecord(value) ? Object.keys(value) : [];
    if (!isRecord(value) || key === undefined || more.length > 0) throw invalidTemplate(`${where} is no condition`);
    const inner = value[key];
    const list = Array.isArray(inner) ? (inner as unknown[]) : [];
    switch (key) {
      case 'Fn::Equals':
        return JSON.stringify(plain(list[0])) === JSON.stringify(plain(list[1]));
      case 'Fn::And':
        return list.every(holds);
      case 'Fn::Or':
        return list.some(holds);
      case 'Fn::Not':
        return !holds(list[0]);
      case 'Condition':
        return conditionHolds(asText(inner, where), scope, [...path, name]);
      default:
        throw unsupported(key, where);
    }
  };
  const plain = (value: unknown) => {
    const resolved = resolve(value, scope, where);
    return typeof resolved === 'number' || typeof resolved === 'boolean' ? String(resolved) : resolved;
  };
  return holds(condition);
}

/** The branch of an `Fn::If` that applies. */
function branch(value: unknown, scope: Scope, where: string): unknown {
  const [condition, then, otherwise] = Array.isArray(value) ? (value as unknown[]) : [];
  if (typeof condition !== 'string') throw invalidTemplate(`Fn::If needs a condition's name, in ${where}`);
  return conditionHolds(condition, scope) ? then : otherwise;
}

function evaluate(name: string, argument: unknown, scope: Scope, where: string): unknown {
  const of = (value: unknown): unknown => (value === noValue ? value : resolveInner(value, scope, where));
  switch (name) {
    case 'Ref': {
      const target = asText(argument, `Ref in ${where}`);
      if (target === 'AWS::NoValue') return noValue;
      return scope.parameters.get(target) ?? scope.ref(target);
    }
    case 'Fn::GetAtt':
      return scope.attribute(...attributeOf(argument, where));
    case 'Fn::Sub': {
      const { text, own } = substitution(argument, where);
      return text.replace(placeholder, (_match, literal: string, key: string) => {
        if (literal === '!') return `\${${key}}`;
        const given = Object.hasOwn(own, key)
          ? of(own[key])
          : (scope.parameters.get(key) ?? (key.includes('.') ? scope.attribute(...attributeOf(key, where)) : scope.ref(key)));
        return asText(given, `\${${key}} of Fn::Sub in ${where}`);
      });
    }
    case 'Fn::Join': {
      const [separator, values] = (Array.isArray(argument) ? argument : []) as unknown[];
      const list = of(values);
      if (!Array.isArray(list)) throw invalidTemplate(`Fn::Join needs a separator and a list, in ${where}`);
      return list.map((one) => asText(one, `Fn::Join in ${where}`)).join(asText(separator, `Fn::Join in ${where}`));
    }
    case 'Fn::Select': {
      const [index, values] = (Array.isArray(argument) ? argument : []) as unknown[];
      const list = of(values);
      const at = Number(of(index));
      if (!Array.isArray(list) || !(at in list)) throw invalidTemplate(`Fn::Select cannot select nonexistent value at index ${at}, in ${where}`);
      return list[at] as unknown;
    }
    case 'Fn::Split': {
      const [separator, text] = (Array.isArray(argument) ? argument : []) as unknown[];
      return asText(of(text), `Fn::Split in ${where}`).split(asText(separator, `Fn::Split in ${where}`));
    }
    case 'Fn::If':
      return of(branch(argument, scope, where));
    case 'Fn::FindInMap': {
      const keys = (Array.isArray(argument) ? argument : []).map((one: unknown) => asText(of(one), `Fn::FindInMap in ${where}`));
      const [map = '', top = '', second = ''] = keys;
      const found = scope.template.mappings[map]?.[top]?.[second];
      if (keys.length !== 3 || found === undefined) throw invalidTemplate(`Unable to get mapping for ${map}::${top}::${second}, in ${where}`);
      return found;
    }
    case 'Fn::Base64':
      return Buffer.from(asText(of(argument), `Fn::Base64 in ${where}`)).toString('base64');
    default:
      throw unsupported(name, where);
  }
}

function resolveInner(value: unknown, scope: Scope, where: string): unknown {
  if (Array.isArray(value)) return value.map((one) => resolveInner(one, scope, where)).filter((one) => one !== noValue);
  if (!isRecord(value)) return value;
  const name = functionOf(value, where);
  if (name !== undefined) return evaluate(name, value[name], scope, where);
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, one]) => [key, resolveInner(one, scope, where)] as const)
      .filter(([, one]) => one !== noValue),
  );
}

/**
 * A value with its intrinsic functions carried out; `AWS::NoValue` leaves its property out.
 *
 * @param where for messages: `the resource "Table"`
 * @throws AwsError `ValidationError`; `NotEmulated` naming an intrinsic function that isn't known
 */
export function resolve(value: unknown, scope: Scope, where: string): unknown {
  const resolved = resolveInner(value, scope, where);
  return resolved === noValue ? undefined : resolved;
}

/** Resources a value refers to, in the order it names them; branches of `Fn::If` that don't apply refer to nothing. */
export function referencesIn(value: unknown, scope: Scope, where: string): string[] {
  const isResource = (name: string) => scope.template.resources.has(name);
  if (Array.isArray(value)) return value.flatMap((one) => referencesIn(one, scope, where));
  if (!isRecord(value)) return [];
  const name = functionOf(value, where);
  if (name === undefined) return Object.values(value).flatMap((one) => referencesIn(one, scope, where));
  const argument = value[name];
  switch (name) {
    case 'Ref': {
      const target = asText(argument, `Ref in ${where}`);
      if (!isResource(target) && !scope.parameters.has(target) && target !== 'AWS::NoValue') {
        throw invalidTemplate(`Unresolved resource dependencies [${target}] in ${where}`);
      }
      return isResource(target) ? [target] : [];
    }
    case 'Fn::GetAtt': {
      const [logicalId] = attributeOf(argument, where);
      if (!isResource(logicalId)) throw invalidTemplate(`Unresolved resource dependencies [${logicalId}] in ${where}`);
      return [logicalId];
    }
    case 'Fn::Sub': {
      const { text, own } = substitution(argument, where);
      const named = [...text.matchAll(placeholder)].filter(([, literal]) => literal !== '!').map(([, , key = '']) => key);
      const direct = named.filter((key) => !Object.hasOwn(own, key) && !scope.parameters.has(key)).map((key) => key.split('.')[0] ?? key);
      const missing = direct.find((key) => !isResource(key));
      if (missing !== undefined) throw invalidTemplate(`Unresolved resource dependencies [${missing}] in ${where}`);
      return [...direct, ...Object.values(own).flatMap((one) => referencesIn(one, scope, where))];
    }
    case 'Fn::If':
      return referencesIn(branch(argument, scope, where), scope, where);
    default:
      return referencesIn(argument, scope, where);
  }
}
