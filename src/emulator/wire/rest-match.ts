import type { ServiceId } from '../operation.ts';
import { placeOf } from './bindings.ts';
import type { WireRequest } from './message.ts';
import { membersOf, type OperationSchema, schemasOf } from './schemas.ts';

/** A REST operation's address, read once. */
interface Template {
  readonly operation: OperationSchema;
  readonly method: string;
  readonly segments: readonly string[];
  /** Query parameters the template itself has: `list-type=2`, `location`. */
  readonly literals: readonly (readonly [name: string, value: string])[];
  /** Query parameters and headers the operation can't be without. */
  readonly needs: readonly { readonly in: 'query' | 'header'; readonly name: string }[];
  readonly ofBucket: boolean;
}

const templates = new Map<ServiceId, readonly Template[]>();

function templatesOf(service: ServiceId): readonly Template[] {
  let list = templates.get(service);
  if (!list) {
    list = [...schemasOf(service).operations.values()].flatMap((operation): Template[] => {
      if (!operation.http) return [];
      const [method, address] = operation.http;
      const [path = '/', query = ''] = address.split('?');
      const literals = query.split('&').flatMap((pair): [string, string][] => {
        const [name = '', value = ''] = pair.split('=');
        return name === '' ? [] : [[name, value]];
      });
      const members = operation.input.isUnitSchema() ? [] : membersOf(operation.input);
      const needs = members.flatMap(({ schema, required }): Template['needs'][number][] => {
        const place = placeOf(schema);
        return required && (place.kind === 'query' || place.kind === 'header') ? [{ in: place.kind, name: place.name }] : [];
      });
      const ofBucket = members.some(({ name, schema }) => name === 'Bucket' && placeOf(schema).kind === 'label');
      return [{ operation, method, segments: path.split('/').slice(1), literals, needs, ofBucket }];
    });
    templates.set(service, list);
  }
  return list;
}

/** A path segment, decoded; one whose encoding isn't well-formed stays as it is. */
export function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** Labels of a path that fits, decoded; undefined when it doesn't fit. */
function fit(segments: readonly string[], path: readonly string[]): Map<string, string> | undefined {
  const labels = new Map<string, string>();
  for (const [index, segment] of segments.entries()) {
    const given = path[index];
    if (given === undefined) return undefined;
    const label = /^\{([^}+]+)(\+?)\}$/.exec(segment);
    if (!label) {
      if (segment !== given) return undefined;
      continue;
    }
    if (label[2] === '+') {
      const rest = path.slice(index).map(decodeSegment).join('/');
      if (rest === '') return undefined;
      labels.set(label[1] ?? '', rest);
      return labels;
    }
    if (given === '') return undefined;
    labels.set(label[1] ?? '', decodeSegment(given));
  }
  return path.length === segments.length || (path.length === segments.length + 1 && path.at(-1) === '') ? labels : undefined;
}

export interface RestMatch {
  readonly operation: OperationSchema;
  readonly labels: Map<string, string>;
}

/**
 * The operation a REST request addresses: method and path fit, the template's own query parameters are there, and so is every
 * required one. Of several the one that says most wins; `x-id` settles it where a client sends it.
 *
 * @param path segments after the first slash, S3's bucket taken off
 * @param ofBucket for S3: whether a bucket was named
 */
export function matchRest(service: ServiceId, request: WireRequest, path: readonly string[], ofBucket?: boolean): RestMatch | undefined {
  let best: { match: RestMatch; score: number } | undefined;
  for (const template of templatesOf(service)) {
    if (template.method !== request.method || (ofBucket !== undefined && template.ofBucket !== ofBucket)) continue;
    const has = (name: string, value: string) =>
      name in request.query ? request.query[name] === value || (value === '' && request.query[name] === 'true') : name === 'x-id';
    if (!template.literals.every(([name, value]) => has(name, value))) continue;
    if (!template.needs.every(({ in: where, name }) => (where === 'query' ? name in request.query : name in request.headers))) continue;
    const labels = fit(template.segments, path);
    if (!labels) continue;
    const named = template.literals.filter(([name]) => name in request.query).length;
    const score = named * 10 + template.needs.length;
    if (!best || score > best.score) best = { match: { operation: template.operation, labels }, score };
  }
  return best?.match;
}
