import type { ServiceId } from '../operation.ts';
import { type BodyCodec, readBindings, writeBindings } from './bindings.ts';
import { serializationException, wireError } from './errors.ts';
import { bytesOf, noBytes } from './message.ts';
import type { Protocol } from './protocol.ts';
import { fromXml, schemasOf, toXml } from './schemas.ts';
import { escapeXml } from './text-values.ts';

const xmlNamespace = 'http://s3.amazonaws.com/doc/2006-03-01/';
const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n';

function codecOf(service: ServiceId): BodyCodec {
  const { namespace } = schemasOf(service);
  return {
    contentType: 'application/xml',
    read(schema, body) {
      try {
        return fromXml(schema, body, namespace);
      } catch {
        throw serializationException('The XML you provided was not well-formed or did not validate against our published schema');
      }
    },
    write: (schema, value) => bytesOf(declaration + toXml(schema, value, namespace, xmlNamespace)),
  };
}

/** The one answer of S3's that is its root element's text. */
const locationConstraint = (value: unknown) =>
  bytesOf(`${declaration}<LocationConstraint xmlns="${xmlNamespace}">${typeof value === 'string' ? escapeXml(value) : ''}</LocationConstraint>`);

/** REST XML: S3. */
export function restXmlProtocol(service: ServiceId, labels: ReadonlyMap<string, string>): Protocol {
  const ids = (requestId: string) => ({ 'x-amz-request-id': requestId, 'x-amzn-requestid': requestId });
  return {
    read: (operation, request) => readBindings(operation.input, request, labels, codecOf(service)),
    write(operation, output, requestId) {
      const { status, headers, body, bodyMembers } = writeBindings(operation.output, output, codecOf(service));
      const content = operation.name === 'GetBucketLocation' ? locationConstraint(bodyMembers['LocationConstraint']) : body;
      // The model has one success status an operation; a part of an object is told by its own.
      const success = headers['content-range'] === undefined ? (operation.http?.[2] ?? 200) : 206;
      return { status: status ?? success, headers: { ...headers, ...ids(requestId) }, body: content };
    },
    fail(error, requestId, request) {
      const told = wireError(error, service, 'rest-xml');
      // A HEAD has no body; 304 has none either.
      if (request.method === 'HEAD' || told.status === 304) return { status: told.status, headers: ids(requestId), body: noBytes };
      const more = Object.entries(error.fields).map(([name, value]) => `<${name}>${escapeXml(String(value))}</${name}>`);
      const body = `<Error><Code>${escapeXml(told.code)}</Code><Message>${escapeXml(told.message)}</Message>${more.join('')}<RequestId>${requestId}</RequestId></Error>`;
      return { status: told.status, headers: { 'content-type': 'application/xml', ...ids(requestId) }, body: bytesOf(declaration + body) };
    },
  };
}
