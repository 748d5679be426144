import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { validationException } from '../aws-error.ts';
import { compareNumbers, formatNumber, numberBytes, parseNumber } from './number.ts';

export type { AttributeValue };
export type Item = Record<string, AttributeValue>;

export const valueTypes = ['S', 'N', 'B', 'SS', 'NS', 'BS', 'M', 'L', 'BOOL', 'NULL'] as const;
export type ValueType = (typeof valueTypes)[number];

/** An attribute counts as level 1, what it holds as level 2, and so on. */
const deepestLevel = 32;

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
const utf8Bytes = (text: string): number => Buffer.byteLength(text, 'utf8');
const invalid = (what: string) => validationException(`One or more parameter values were invalid: ${what}`);

/** The one type a value has; a value that went through `normalised` always has one. */
export function typeOf(value: AttributeValue): ValueType {
  for (const type of valueTypes) if (value[type] !== undefined) return type;
  throw validationException('Supplied AttributeValue is empty, must contain exactly one of the supported datatypes');
}

function normalisedSet(type: 'SS' | 'NS' | 'BS', value: AttributeValue): AttributeValue {
  if (type === 'BS') {
    const members = value.BS ?? [];
    if (members.length === 0) throw invalid('Binary sets should not be empty');
    const texts = members.map(base64);
    if (new Set(texts).size < texts.length) throw invalid(`Input collection [${texts.join(', ')}]of type BS contains duplicates.`);
    return { BS: members.map((member) => Uint8Array.from(member)) };
  }
  if (type === 'NS') {
    const members = value.NS ?? [];
    if (members.length === 0) throw invalid('An number set  may not be empty');
    const texts = members.map((member) => formatNumber(parseNumber(member)));
    if (new Set(texts).size < texts.length) throw validationException('Input collection contains duplicates');
    return { NS: texts };
  }
  const members = value.SS ?? [];
  if (members.length === 0) throw invalid('An string set  may not be empty');
  if (new Set(members).size < members.length) throw invalid(`Input collection [${members.join(', ')}] contains duplicates.`);
  return { SS: [...members] };
}

/**
 * A deep copy of a value, judged as DynamoDB judges what it is sent: exactly one type, numbers in range and canonical, sets without duplicates,
 * at most 32 levels.
 *
 * @throws AwsError `ValidationException` in DynamoDB's words
 */
export function normalised(value: AttributeValue, level = 1): AttributeValue {
  if (level > deepestLevel) {
    throw validationException('Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit');
  }
  const types = valueTypes.filter((type) => value[type] !== undefined);
  const type = types[0];
  if (type === undefined) throw validationException('Supplied AttributeValue is empty, must contain exactly one of the supported datatypes');
  if (types.length > 1) {
    throw validationException('Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes');
  }
  if (value.S !== undefined) return { S: value.S };
  if (value.N !== undefined) return { N: formatNumber(parseNumber(value.N)) };
  if (value.B !== undefined) return { B: Uint8Array.from(value.B) };
  if (value.BOOL !== undefined) return { BOOL: value.BOOL };
  if (value.NULL !== undefined) {
    if (!value.NULL) throw invalid('Null attribute value types must have the value of true');
    return { NULL: true };
  }
  if (value.L !== undefined) return { L: value.L.map((element) => normalised(element, level + 1)) };
  if (value.M !== undefined) {
    return { M: Object.fromEntries(Object.entries(value.M).map(([name, member]) => [name, normalised(member, level + 1)])) };
  }
  return normalisedSet(type === 'NS' || type === 'BS' ? type : 'SS', value);
}

/** Every attribute of an item `normalised`. */
export const normalisedItem = (item: Record<string, AttributeValue>): Item =>
  Object.fromEntries(Object.entries(item).map(([name, value]) => [name, normalised(value)]));

/** A deep copy of a value that is already normalised: what is stored and what a caller holds never share an object. */
export function copyOf(value: AttributeValue): AttributeValue {
  if (value.L !== undefined) return { L: value.L.map(copyOf) };
  if (value.M !== undefined) return { M: copyOfItem(value.M) };
  if (value.SS !== undefined) return { SS: [...value.SS] };
  if (value.NS !== undefined) return { NS: [...value.NS] };
  if (value.BS !== undefined) return { BS: value.BS.map((member) => Uint8Array.from(member)) };
  if (value.B !== undefined) return { B: Uint8Array.from(value.B) };
  return { ...value };
}

export const copyOfItem = (item: Item): Item => Object.fromEntries(Object.entries(item).map(([name, value]) => [name, copyOf(value)]));

/** The members of a set as texts that are equal where the members are, or nothing where `value` is no set. */
export function setMembers(value: AttributeValue): string[] | undefined {
  return value.SS ?? value.NS ?? value.BS?.map(base64);
}

/** Whether two normalised values are the same: sets without order, numbers by value. */
export function sameValue(a: AttributeValue, b: AttributeValue): boolean {
  const type = typeOf(a);
  if (type !== typeOf(b)) return false;
  if (a.B !== undefined && b.B !== undefined) return base64(a.B) === base64(b.B);
  if (a.L !== undefined && b.L !== undefined) {
    const others = b.L;
    return a.L.length === others.length && a.L.every((element, index) => sameElement(element, others[index]));
  }
  if (a.M !== undefined && b.M !== undefined) {
    const others = b.M;
    const names = Object.keys(a.M);
    return names.length === Object.keys(others).length && Object.entries(a.M).every(([name, member]) => sameElement(member, others[name]));
  }
  const members = setMembers(a);
  const others = setMembers(b);
  if (members && others) return members.length === others.length && members.every((member) => others.includes(member));
  return a[type] === b[type];
}

const sameElement = (a: AttributeValue, b: AttributeValue | undefined): boolean => b !== undefined && sameValue(a, b);

/**
 * How two values are ordered: below 0, 0 or above 0. Text is ordered by its UTF-8 bytes, numbers by value, binary by unsigned bytes.
 *
 * @returns nothing where the two are of different types or of a type without an order
 */
export function compareValues(a: AttributeValue, b: AttributeValue): number | undefined {
  if (a.N !== undefined && b.N !== undefined) return compareNumbers(parseNumber(a.N), parseNumber(b.N));
  if (a.S !== undefined && b.S !== undefined) return Buffer.compare(Buffer.from(a.S, 'utf8'), Buffer.from(b.S, 'utf8'));
  if (a.B !== undefined && b.B !== undefined) return Buffer.compare(a.B, b.B);
  return undefined;
}

/** What a value costs of an item's 400 KB, bytes. Lists and maps: 3, and 1 for each element. */
function valueBytes(value: AttributeValue): number {
  if (value.S !== undefined) return utf8Bytes(value.S);
  if (value.N !== undefined) return numberBytes(value.N);
  if (value.B !== undefined) return value.B.byteLength;
  if (value.SS !== undefined) return value.SS.reduce((sum, member) => sum + utf8Bytes(member), 0);
  if (value.NS !== undefined) return value.NS.reduce((sum, member) => sum + numberBytes(member), 0);
  if (value.BS !== undefined) return value.BS.reduce((sum, member) => sum + member.byteLength, 0);
  if (value.L !== undefined) return value.L.reduce((sum, element) => sum + 1 + valueBytes(element), 3);
  if (value.M !== undefined) return Object.values(value.M).length + 3 + itemBytes(value.M);
  return 1;
}

/** An item's size: the UTF-8 bytes of every attribute's name and what its value costs. */
export const itemBytes = (item: Item): number => Object.entries(item).reduce((sum, [name, value]) => sum + utf8Bytes(name) + valueBytes(value), 0);
