import type { ServiceId } from '../operation.ts';
import { serializationException, wireError } from './errors.ts';
import { bytesOf, textOf, type WireRequest } from './message.ts';
import type { Protocol } from './protocol.ts';
import { type OperationSchema, type Schema, schemasOf, toXml } from './schemas.ts';
import { serviceWires } from './services.ts';
import { escapeXml, valueOfText } from './text-values.ts';

/** The fields of a query request, from its body or, for GET, its address. */
export function formFields(request: WireRequest): Map<string, string> {
  const fields = new Map(Object.entries(request.query));
  if ((request.headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded')) {
    for (const [name, value] of new URLSearchParams(textOf(request.body))) fields.set(name, value);
  }
  return fields;
}

/** A form's dotted names as a tree: `A.member.1.B=x` is A > member > 1 > B. */
interface Field {
  text: string | undefined;
  readonly children: Map<string, Field>;
}

function treeOf(fields: ReadonlyMap<string, string>): Field {
  const root: Field = { text: undefined, children: new Map() };
  for (const [name, text] of fields) {
    let at = root;
    for (const part of name.split('.')) {
      let child = at.children.get(part);
      if (!child) {
        child = { text: undefined, children: new Map() };
        at.children.set(part, child);
      }
      at = child;
    }
    at.text = text;
  }
  return root;
}

const xmlNameOf = (schema: Schema): string | undefined => {
  const name: unknown = schema.getMergedTraits().xmlName;
  return typeof name === 'string' ? name : undefined;
};

const isFlat = (schema: Schema) => Boolean(schema.getMergedTraits().xmlFlattened);

/** Children under whole numbers, in their order. */
const numbered = (field: Field): Field[] =>
  [...field.children]
    .filter(([name]) => /^\d+$/.test(name))
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([, child]) => child);

function read(schema: Schema, field: Field): unknown {
  if (schema.isStructSchema()) {
    const value: Record<string, unknown> = {};
    for (const [name, member] of schema.structIterator()) {
      const child = field.children.get(xmlNameOf(member) ?? name);
      if (child) value[name] = read(member, child);
    }
    return value;
  }
  if (schema.isListSchema()) {
    const member = schema.getValueSchema();
    const holder = isFlat(schema) ? field : field.children.get(xmlNameOf(member) ?? 'member');
    return holder ? numbered(holder).map((child) => read(member, child)) : [];
  }
  if (schema.isMapSchema()) {
    const holder = isFlat(schema) ? field : field.children.get('entry');
    const keyName = xmlNameOf(schema.getKeySchema()) ?? 'key';
    const member = schema.getValueSchema();
    const valueName = xmlNameOf(member) ?? 'value';
    const value: Record<string, unknown> = {};
    for (const entry of holder ? numbered(holder) : []) {
      const key = entry.children.get(keyName)?.text;
      const child = entry.children.get(valueName);
      if (key === undefined || !child) throw serializationException('A map entry lacks its key or its value');
      value[key] = read(member, child);
    }
    return value;
  }
  return valueOfText(schema, field.text ?? '', 'date-time');
}

/** A structure's content without its own element. */
function innerXml(schema: Schema, value: unknown, namespace: string): string {
  const xml = toXml(schema, value, namespace);
  return /^<[^>]*\/>$/.test(xml) ? '' : xml.slice(xml.indexOf('>') + 1, xml.lastIndexOf('</'));
}

/** AWS Query: a form in, XML out. */
export function queryProtocol(service: ServiceId): Protocol {
  const xmlNamespace = serviceWires[service].query?.xmlNamespace ?? '';
  const headers = (requestId: string) => ({ 'content-type': 'text/xml', 'x-amzn-requestid': requestId });
  return {
    read: (operation: OperationSchema, request) => (operation.input.isUnitSchema() ? {} : read(operation.input, treeOf(formFields(request)))),
    write({ name, output: schema }, output, requestId) {
      const result = schema.isUnitSchema() ? '' : `<${name}Result>${innerXml(schema, output ?? {}, schemasOf(service).namespace)}</${name}Result>`;
      const metadata = `<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata>`;
      return {
        status: 200,
        headers: headers(requestId),
        body: bytesOf(`<${name}Response xmlns="${xmlNamespace}">${result}${metadata}</${name}Response>`),
      };
    },
    fail(error, requestId) {
      const told = wireError(error, service, 'query');
      const body = `<Error><Type>${told.fault}</Type><Code>${escapeXml(told.queryCode)}</Code><Message>${escapeXml(told.message)}</Message></Error>`;
      return {
        status: told.status,
        headers: headers(requestId),
        body: bytesOf(`<ErrorResponse xmlns="${xmlNamespace}">${body}<RequestId>${requestId}</RequestId></ErrorResponse>`),
      };
    },
  };
}
