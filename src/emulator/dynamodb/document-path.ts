import { type AttributeValue, copyOf, type Item } from './attribute-value.ts';

/** Where a value stands in an item: an attribute's name, then names of map members and indexes of list elements. */
export type DocumentPath = readonly (string | number)[];

/** As DynamoDB writes a path in its errors: `[history, [0], at]`. */
export const pathText = (path: DocumentPath): string => `[${path.map((part) => (typeof part === 'number' ? `[${part}]` : part)).join(', ')}]`;

/** The element of a map or list, or nothing. */
export function elementOf(value: AttributeValue | undefined, part: string | number): AttributeValue | undefined {
  return typeof part === 'number' ? value?.L?.[part] : value?.M && Object.hasOwn(value.M, part) ? value.M[part] : undefined;
}

/** The value at `path`, or nothing. */
export function valueAt(item: Item, path: DocumentPath): AttributeValue | undefined {
  let value: AttributeValue | undefined = { M: item };
  for (const part of path) value = elementOf(value, part);
  return value;
}

/** What two paths into one document have in common: nothing, one holds the other, or one needs a list where the other needs a map. */
export function clashOf(a: DocumentPath, b: DocumentPath): 'overlap' | 'conflict' | undefined {
  const shared = Math.min(a.length, b.length);
  for (let index = 0; index < shared; index++) {
    if (typeof a[index] !== typeof b[index]) return 'conflict';
    if (a[index] !== b[index]) return undefined;
  }
  return 'overlap';
}

interface Selection {
  readonly parts: Map<string | number, Selection | 'whole'>;
}

function selected(value: AttributeValue, selection: Selection): AttributeValue | undefined {
  if (value.M !== undefined) {
    const members: Item = {};
    for (const [part, inner] of selection.parts) {
      const member = typeof part === 'string' ? elementOf(value, part) : undefined;
      const kept = member && (inner === 'whole' ? copyOf(member) : selected(member, inner));
      if (kept) members[String(part)] = kept;
    }
    return Object.keys(members).length > 0 ? { M: members } : undefined;
  }
  if (value.L !== undefined) {
    const elements: AttributeValue[] = [];
    // Elements come in their own order and without gaps, whatever order they were asked for in.
    const indexes = [...selection.parts.keys()].filter((part) => typeof part === 'number').sort((a, b) => a - b);
    for (const index of indexes) {
      const inner = selection.parts.get(index);
      const element = value.L[index];
      const kept = element && inner && (inner === 'whole' ? copyOf(element) : selected(element, inner));
      if (kept) elements.push(kept);
    }
    return elements.length > 0 ? { L: elements } : undefined;
  }
  return undefined;
}

/** A copy of the parts of `item` that `paths` name; `{}` where it has none of them. */
export function project(item: Item, paths: readonly DocumentPath[]): Item {
  const root: Selection = { parts: new Map() };
  for (const path of paths) {
    let selection = root;
    path.forEach((part, index) => {
      if (index === path.length - 1) {
        selection.parts.set(part, 'whole');
        return;
      }
      const found = selection.parts.get(part);
      const inner = found === undefined || found === 'whole' ? { parts: new Map<string | number, Selection | 'whole'>() } : found;
      selection.parts.set(part, inner);
      selection = inner;
    });
  }
  return selected({ M: item }, root)?.M ?? {};
}
