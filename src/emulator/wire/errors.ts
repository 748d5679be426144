import { AwsError } from '../aws-error.ts';
import type { ServiceId } from '../operation.ts';
import { type Schema, schemasOf } from './schemas.ts';
import { serviceWires } from './services.ts';

export const serializationException = (message: string): AwsError => new AwsError('SerializationException', message);

/** An error as one service's wire tells it. */
export interface WireError {
  readonly code: string;
  readonly queryCode: string;
  readonly status: number;
  readonly message: string;
  /** Members of the body, the message among them under the model's name for it. */
  readonly members: Readonly<Record<string, unknown>>;
  /** Unset when the model doesn't have the error. */
  readonly schema: Schema | undefined;
  /** Whose fault, in the query protocol's words. */
  readonly fault: 'Sender' | 'Receiver';
}

interface ErrorTraits {
  readonly httpError?: number;
  readonly awsQueryError?: readonly [code: string, status: number];
}

/** Codes by which the account's refusals go in each family of protocols: an AWS JSON service, a query one, S3. */
const families = {
  json: {},
  'rest-json': {
    AccessDeniedException: ['AccessDeniedException', 403],
    InvalidSignatureException: ['InvalidSignatureException', 403],
    UnrecognizedClientException: ['UnrecognizedClientException', 403],
    MissingAuthenticationTokenException: ['MissingAuthenticationTokenException', 403],
  },
  query: {
    AccessDeniedException: ['AccessDenied', 403],
    InvalidSignatureException: ['SignatureDoesNotMatch', 403],
    UnrecognizedClientException: ['InvalidClientTokenId', 403],
    MissingAuthenticationTokenException: ['MissingAuthenticationToken', 403],
    UnknownOperationException: ['InvalidAction', 400],
    SerializationException: ['MalformedInput', 400],
  },
  'rest-xml': {
    AccessDeniedException: ['AccessDenied', 403],
    InvalidSignatureException: ['SignatureDoesNotMatch', 403],
    UnrecognizedClientException: ['InvalidAccessKeyId', 403],
    MissingAuthenticationTokenException: ['AccessDenied', 403],
    SerializationException: ['MalformedXML', 400],
    InternalFailure: ['InternalError', 500],
  },
} as const satisfies Record<string, Record<string, readonly [string, number]>>;
export type Family = keyof typeof families;

/** How `error` is told by `service` in a family of protocols: its code there, its HTTP status, its members. */
export function wireError(error: AwsError, service: ServiceId, family: Family): WireError {
  const renamed = (families[family] as Readonly<Record<string, readonly [string, number]>>)[error.code];
  const isAccess = error.code === 'AccessDeniedException';
  const code = isAccess && service === 'sns' && family === 'query' ? 'AuthorizationError' : (renamed?.[0] ?? error.code);
  const schema = schemasOf(service).errors.get(code);
  const traits = (schema?.getMergedTraits() ?? {}) as ErrorTraits; // the traits of an error shape
  const wire = serviceWires[service];
  // AWS JSON answers 400 whatever the model's HTTP trait says, unless the service also speaks another protocol.
  const modelled = wire.rest || wire.query ? (traits.awsQueryError?.[1] ?? traits.httpError) : undefined;
  const status = error.status === 400 ? (renamed?.[1] ?? modelled ?? 400) : error.status;
  const names = schema ? [...schema.structIterator()].map(([name]) => name) : [];
  const messageName = names.find((name) => name.toLowerCase() === 'message') ?? 'message';
  return {
    code,
    queryCode: error.queryCode ?? traits.awsQueryError?.[0] ?? (isAccess ? 'AccessDenied' : code),
    status,
    message: error.message,
    members: { [messageName]: error.message, ...error.fields },
    schema,
    fault: status < 500 ? 'Sender' : 'Receiver',
  };
}
