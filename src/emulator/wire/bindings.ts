import { serializationException } from './errors.ts';
import type { WireRequest } from './message.ts';
import type { Schema } from './schemas.ts';
import { textOfValue, valueOfText } from './text-values.ts';

/** Where a REST protocol puts a member. */
type Place =
  | { readonly kind: 'label' | 'payload' | 'status' | 'query-map' | 'body' }
  | { readonly kind: 'query' | 'header' | 'header-prefix'; readonly name: string };

interface PlaceTraits {
  readonly httpLabel?: 1;
  readonly httpQuery?: string;
  readonly httpQueryParams?: 1;
  readonly httpHeader?: string;
  readonly httpPrefixHeaders?: string;
  readonly httpPayload?: 1;
  readonly httpResponseCode?: 1;
}

/** Where a member travels, by its schema's HTTP traits. */
export function placeOf(member: Schema): Place {
  const traits = member.getMergedTraits() as PlaceTraits; // the HTTP traits, as the SDK encodes them
  if (traits.httpLabel) return { kind: 'label' };
  if (traits.httpQuery !== undefined) return { kind: 'query', name: traits.httpQuery };
  if (traits.httpQueryParams) return { kind: 'query-map' };
  if (traits.httpHeader !== undefined) return { kind: 'header', name: traits.httpHeader.toLowerCase() };
  if (traits.httpPrefixHeaders !== undefined) return { kind: 'header-prefix', name: traits.httpPrefixHeaders.toLowerCase() };
  if (traits.httpPayload) return { kind: 'payload' };
  if (traits.httpResponseCode) return { kind: 'status' };
  return { kind: 'body' };
}

/** How a REST protocol's body is read and written: JSON or XML. */
export interface BodyCodec {
  readonly contentType: string;
  read(schema: Schema, body: Uint8Array): unknown;
  /** `value` holds body members only. */
  write(schema: Schema, value: unknown): Uint8Array;
}

const isStructured = (schema: Schema) => schema.isStructSchema() || schema.isListSchema() || schema.isMapSchema();

function readPayload(member: Schema, request: WireRequest, codec: BodyCodec): unknown {
  if (isStructured(member)) return request.body.length === 0 ? undefined : codec.read(member, request.body);
  return member.isBlobSchema() ? request.body : new TextDecoder().decode(request.body);
}

function readHeader(member: Schema, text: string): unknown {
  if (!member.isListSchema()) return valueOfText(member, text, 'http-date');
  const one = member.getValueSchema();
  return text.split(',').map((part) => valueOfText(one, part.trim(), 'http-date'));
}

/**
 * A REST request as its input: labels, query, headers and body put together.
 *
 * @param labels decoded path labels by member name
 */
export function readBindings(schema: Schema, request: WireRequest, labels: ReadonlyMap<string, string>, codec: BodyCodec): Record<string, unknown> {
  const input: Record<string, unknown> = {};
  if (schema.isUnitSchema()) return input;
  let fromBody: Record<string, unknown> | undefined;
  const bodyMembers = () => (fromBody ??= request.body.length === 0 ? {} : (codec.read(schema, request.body) as Record<string, unknown>)); // a structure's schema yields an object
  for (const [name, member] of schema.structIterator()) {
    const place = placeOf(member);
    let value: unknown;
    switch (place.kind) {
      case 'label': {
        const text = labels.get(name);
        value = text === undefined ? undefined : valueOfText(member, text, 'date-time');
        break;
      }
      case 'query': {
        const text = request.query[place.name];
        if (text === undefined) break;
        value = member.isListSchema() ? [valueOfText(member.getValueSchema(), text, 'date-time')] : valueOfText(member, text, 'date-time');
        break;
      }
      case 'query-map':
        throw serializationException(`The member ${name} takes arbitrary query parameters, which isn't emulated`);
      case 'header': {
        const text = request.headers[place.name];
        value = text === undefined ? undefined : readHeader(member, text);
        break;
      }
      case 'header-prefix': {
        const entries = Object.entries(request.headers).filter(([header]) => header.startsWith(place.name));
        value = entries.length === 0 ? undefined : Object.fromEntries(entries.map(([header, text]) => [header.slice(place.name.length), text]));
        break;
      }
      case 'payload':
        value = readPayload(member, request, codec);
        break;
      case 'status':
        break;
      case 'body':
        value = bodyMembers()[name];
        break;
    }
    if (value !== undefined) input[name] = value;
  }
  return input;
}

export interface BoundAnswer {
  /** Unset when no member carries it. */
  readonly status: number | undefined;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array;
  /** Members bound to the body, for those who frame it themselves. */
  readonly bodyMembers: Record<string, unknown>;
}

function headerText(member: Schema, value: unknown): string {
  if (!Array.isArray(value)) return textOfValue(member, value, 'http-date');
  const one = member.getValueSchema();
  return value.map((item) => textOfValue(one, item, 'http-date')).join(', ');
}

/** An output (or a modelled error) as status, headers and body. */
export function writeBindings(schema: Schema, output: unknown, codec: BodyCodec): BoundAnswer {
  const headers: Record<string, string> = {};
  const bodyMembers: Record<string, unknown> = {};
  let status: number | undefined;
  let payload: Uint8Array | undefined;
  let hasBodyMember = false;
  const record = (output ?? {}) as Record<string, unknown>; // outputs are structures
  if (schema.isUnitSchema()) return { status, headers, body: new Uint8Array(0), bodyMembers };
  for (const [name, member] of schema.structIterator()) {
    const value = record[name];
    const place = placeOf(member);
    if (place.kind === 'body') hasBodyMember = true;
    if (place.kind === 'payload') {
      if (value instanceof Uint8Array) payload = value;
      else if (typeof value === 'string') payload = Buffer.from(value);
      else payload = isStructured(member) && value !== undefined ? codec.write(member, value) : new Uint8Array(0);
      // A payload that is a document is of the protocol's type; bytes are of the type their header says.
      if (isStructured(member)) headers['content-type'] ??= codec.contentType;
    }
    if (value === undefined || value === null) continue;
    if (place.kind === 'header') headers[place.name] = headerText(member, value);
    else if (place.kind === 'header-prefix') {
      for (const [key, text] of Object.entries(value)) headers[`${place.name}${key.toLowerCase()}`] = String(text);
    } else if (place.kind === 'status') status = Number(value);
    else if (place.kind === 'body') bodyMembers[name] = value;
  }
  if (payload === undefined && hasBodyMember) {
    headers['content-type'] ??= codec.contentType;
    payload = codec.write(schema, bodyMembers);
  }
  return { status, headers, body: payload ?? new Uint8Array(0), bodyMembers };
}
