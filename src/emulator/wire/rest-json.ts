import type { ServiceId } from '../operation.ts';
import { type BodyCodec, readBindings, writeBindings } from './bindings.ts';
import { wireError } from './errors.ts';
import { errorDocument, readJson } from './json.ts';
import { bytesOf } from './message.ts';
import type { Protocol } from './protocol.ts';
import { toJson } from './schemas.ts';

const codec: BodyCodec = {
  contentType: 'application/json',
  read: (schema, body) => readJson(schema, body, 'rest'),
  write: (schema, value) => bytesOf(toJson(schema, value, 'rest')),
};

/** REST JSON: Lambda and the SageMaker runtime. */
export function restJsonProtocol(service: ServiceId, labels: ReadonlyMap<string, string>): Protocol {
  return {
    read: (operation, request) => readBindings(operation.input, request, labels, codec),
    write(operation, output, requestId) {
      const { status, headers, body } = writeBindings(operation.output, output, codec);
      return { status: status ?? operation.http?.[2] ?? 200, headers: { ...headers, 'x-amzn-requestid': requestId }, body };
    },
    fail(error, requestId) {
      const told = wireError(error, service, 'rest-json');
      const bound = told.schema ? writeBindings(told.schema, told.members, codec) : undefined;
      const document = bound ? errorDocument({ ...told.members, ...bound.bodyMembers }, told.schema, 'rest') : { ...told.members };
      // Lambda says whose fault it was, in a member the model has and nobody sets.
      if (service === 'lambda') document['Type'] ??= told.fault === 'Sender' ? 'User' : 'Server';
      return {
        status: told.status,
        headers: { ...bound?.headers, 'content-type': 'application/json', 'x-amzn-requestid': requestId, 'x-amzn-errortype': told.code },
        body: bytesOf(JSON.stringify(document)),
      };
    },
  };
}
