import type { AwsError } from '../aws-error.ts';
import type { ServiceId } from '../operation.ts';
import { checkDocument } from './document.ts';
import { serializationException, wireError } from './errors.ts';
import { bytesOf, textOf, type WireRequest } from './message.ts';
import type { Protocol } from './protocol.ts';
import { fromJson, type JsonNames, type Schema, toJson } from './schemas.ts';
import { serviceWires } from './services.ts';

/** @throws AwsError `SerializationException` for what is no JSON object, or not of the schema's kinds */
export function readJson(schema: Schema, body: Uint8Array, names: JsonNames): unknown {
  const text = textOf(body);
  let document: unknown;
  try {
    document = text.trim() === '' ? {} : JSON.parse(text);
  } catch {
    throw serializationException('The request body is not valid JSON');
  }
  if (typeof document !== 'object' || document === null || Array.isArray(document))
    throw serializationException('The request body is not a JSON object');
  if (schema.isUnitSchema()) return {};
  checkDocument(schema, document, 'json');
  return fromJson(schema, document, names);
}

/** Codes of AWS's service framework, which bring their own prefix. */
const frameworkPrefixes: Readonly<Record<string, string>> = {
  ValidationException: 'com.amazon.coral.validate#',
  SerializationException: 'com.amazon.coral.service#',
  UnknownOperationException: 'com.amazon.coral.service#',
  UnrecognizedClientException: 'com.amazon.coral.service#',
  InvalidSignatureException: 'com.amazon.coral.service#',
  MissingAuthenticationTokenException: 'com.amazon.coral.service#',
  AccessDeniedException: 'com.amazon.coral.service#',
  InternalFailure: 'com.amazon.coral.service#',
};

/** Members as a JSON document: by the error's schema where the model has it (blobs, dates), else as they are. */
export function errorDocument(members: Readonly<Record<string, unknown>>, schema: Schema | undefined, names: JsonNames): Record<string, unknown> {
  if (!schema) return { ...members };
  const document = JSON.parse(toJson(schema, members, names)) as Record<string, unknown>; // a structure is always an object
  // Some errors are modelled without any member; their message travels all the same.
  for (const name of ['message', 'Message']) if (members[name] !== undefined) document[name] = members[name];
  return document;
}

/** `x-amzn-query-error`, for clients that still look for the query protocol's codes. */
export function queryErrorHeader(request: WireRequest, queryCode: string, fault: string): Record<string, string> {
  return request.headers['x-amzn-query-mode'] === 'true' ? { 'x-amzn-query-error': `${queryCode};${fault}` } : {};
}

/** AWS JSON 1.0 and 1.1. */
export function jsonProtocol(service: ServiceId): Protocol {
  const wire = serviceWires[service];
  const contentType = `application/x-amz-json-${wire.json ?? '1.1'}`;
  const headers = (requestId: string) => ({ 'content-type': contentType, 'x-amzn-requestid': requestId });
  return {
    read: (operation, request) => readJson(operation.input, request.body, 'rpc'),
    write(operation, output, requestId) {
      const text = operation.output.isUnitSchema() ? '{}' : toJson(operation.output, output ?? {}, 'rpc');
      return { status: 200, headers: headers(requestId), body: bytesOf(text) };
    },
    fail(error: AwsError, requestId, request) {
      const told = wireError(error, service, 'json');
      const prefix = wire.errorPrefix === undefined ? '' : (frameworkPrefixes[told.code] ?? wire.errorPrefix);
      const body = { __type: `${prefix}${told.code}`, ...errorDocument(told.members, told.schema, 'rpc') };
      const query = wire.queryCompatible ? queryErrorHeader(request, told.queryCode, told.fault) : {};
      return { status: told.status, headers: { ...headers(requestId), ...query }, body: bytesOf(JSON.stringify(body)) };
    },
  };
}
