import { AwsError } from '../aws-error.ts';
import { readSignature } from '../iam/signature.ts';
import type { ServiceId } from '../operation.ts';
import { cborProtocol } from './cbor.ts';
import { jsonProtocol } from './json.ts';
import type { WireRequest } from './message.ts';
import type { Located, Protocol } from './protocol.ts';
import { formFields, queryProtocol } from './query.ts';
import { restJsonProtocol } from './rest-json.ts';
import { decodeSegment, matchRest } from './rest-match.ts';
import { restXmlProtocol } from './rest-xml.ts';
import { type OperationSchema, schemasOf } from './schemas.ts';
import { byQuery, byRestScope, byShape } from './services.ts';

export type { Located } from './protocol.ts';

/** An operation found by its name. */
function named(service: ServiceId, operation: string, protocol: Protocol): Located {
  return {
    service,
    operation,
    protocol,
    schema() {
      const schema = schemasOf(service).operations.get(operation);
      if (!schema) throw new AwsError('UnknownOperationException', `The action ${operation} is not valid for this web service.`, { status: 404 });
      return schema;
    },
  };
}

/** An operation found by its address; `operation` is unset when none fits. */
function addressed(service: ServiceId, request: WireRequest, protocol: Protocol, operation: OperationSchema | undefined): Located {
  return {
    service,
    operation: operation?.name ?? `${request.method} ${request.path}`,
    protocol,
    schema() {
      if (!operation)
        throw new AwsError('UnknownOperationException', `${request.method} ${request.path} is no operation of this service`, { status: 404 });
      return operation;
    },
  };
}

/** The bucket a host names (`bucket.s3.eu-west-1.amazonaws.com`, `bucket.localhost:4566`); unset for path style. */
export function bucketOfHost(host: string): string | undefined {
  const name = host.replace(/:\d+$/, '');
  return /^(.+)\.s3[.-][a-z0-9.-]*amazonaws\.com$/.exec(name)?.[1] ?? /^(.+)\.localhost$/.exec(name)?.[1];
}

function locateS3(request: WireRequest): Located {
  const segments = request.path.split('/').slice(1);
  const host = bucketOfHost(request.headers['host'] ?? '');
  const [first = '', ...rest] = segments;
  const bucket = host ?? (first === '' ? undefined : decodeSegment(first));
  const path = host !== undefined || bucket === undefined ? segments : rest.length === 0 ? [''] : rest;
  const match = matchRest('s3', request, path, bucket !== undefined);
  const labels = match?.labels ?? new Map<string, string>();
  if (bucket !== undefined) labels.set('Bucket', bucket);
  return addressed('s3', request, restXmlProtocol('s3', labels), match?.operation);
}

/**
 * Which operation a request is for, and in which protocol: by `x-amz-target`, by rpc-v2-cbor's path, by `Action`, or by
 * the service it is signed for and its path. Undefined when none of these says.
 */
export function locate(request: WireRequest): Located | undefined {
  const [shape, operation] = (request.headers['x-amz-target'] ?? '').split('.');
  if (shape && operation) {
    const service = byShape(shape);
    return service && named(service, operation, jsonProtocol(service));
  }
  const rpc = /^\/service\/([^/]+)\/operation\/([^/]+)\/?$/.exec(request.path);
  if (rpc?.[1] && rpc[2]) {
    // A shape may come with its namespace before it.
    const service = byShape(rpc[1].split('.').at(-1) ?? '');
    return service && named(service, rpc[2], cborProtocol(service));
  }
  const scope = readSignature(request.headers['authorization'] ?? '')?.service;
  const restService = scope === undefined ? undefined : byRestScope(scope);
  if (restService === undefined) {
    const fields = formFields(request);
    const action = fields.get('Action');
    const service = byQuery(scope, fields.get('Version'));
    return action !== undefined && service ? named(service, action, queryProtocol(service)) : undefined;
  }
  if (restService === 's3') return locateS3(request);
  const match = matchRest(restService, request, request.path.split('/').slice(1));
  return addressed(restService, request, restJsonProtocol(restService, match?.labels ?? new Map<string, string>()), match?.operation);
}

/** What a request that cannot be located asked for, to be refused by name: `CodeBuild_20161006.ListProjects`, `iam:ListRoles`, `GET /x`. */
export function nameOfUnknown(request: WireRequest): string {
  const target = request.headers['x-amz-target'];
  if (target !== undefined) return target;
  const scope = readSignature(request.headers['authorization'] ?? '')?.service;
  const name = formFields(request).get('Action') ?? `${request.method} ${request.path}`;
  return scope === undefined ? name : `${scope}:${name}`;
}
