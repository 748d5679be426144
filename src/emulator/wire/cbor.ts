import type { ServiceId } from '../operation.ts';
import { checkDocument } from './document.ts';
import { serializationException, wireError } from './errors.ts';
import { queryErrorHeader } from './json.ts';
import type { Protocol } from './protocol.ts';
import { anyToCbor, fromCbor, parseCbor, schemasOf, toCbor } from './schemas.ts';
import { serviceWires } from './services.ts';

/** Smithy RPC v2 CBOR. */
export function cborProtocol(service: ServiceId): Protocol {
  const headers = (requestId: string) => ({
    'content-type': 'application/cbor',
    'smithy-protocol': 'rpc-v2-cbor',
    'x-amzn-requestid': requestId,
  });
  return {
    read(operation, request) {
      if (request.body.length === 0 || operation.input.isUnitSchema()) return {};
      let document: unknown;
      try {
        document = parseCbor(request.body);
      } catch {
        throw serializationException('The request body is not valid CBOR');
      }
      checkDocument(operation.input, document, 'cbor');
      return fromCbor(operation.input, document);
    },
    write: (operation, output, requestId) => ({
      status: 200,
      headers: headers(requestId),
      body: operation.output.isUnitSchema() ? anyToCbor({}) : toCbor(operation.output, output ?? {}),
    }),
    fail(error, requestId, request) {
      const told = wireError(error, service, 'json');
      const members: Record<string, unknown> = {};
      // Members travel by their schema (blobs stay bytes); what the model doesn't have, as it is.
      const encoded = told.schema ? (parseCbor(toCbor(told.schema, told.members)) as Record<string, unknown>) : {}; // a structure is always a map
      Object.assign(members, { __type: `${schemasOf(service).namespace}#${told.code}` }, told.schema ? {} : told.members, encoded);
      members['message'] ??= told.message;
      const query = serviceWires[service].queryCompatible ? queryErrorHeader(request, told.queryCode, told.fault) : {};
      return { status: told.status, headers: { ...headers(requestId), ...query }, body: anyToCbor(members) };
    },
  };
}
