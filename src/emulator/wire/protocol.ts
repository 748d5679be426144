import type { AwsError } from '../aws-error.ts';
import type { ServiceId } from '../operation.ts';
import type { WireAnswer, WireRequest } from './message.ts';
import type { OperationSchema } from './schemas.ts';

/** One request's protocol: how its input is read, and how answers and errors are framed. */
export interface Protocol {
  /** @throws AwsError `SerializationException` when the request isn't what the schema says */
  read(operation: OperationSchema, request: WireRequest): unknown;
  write(operation: OperationSchema, output: unknown, requestId: string): WireAnswer;
  /** `request` may be one that `read` never saw. */
  fail(error: AwsError, requestId: string, request: WireRequest): WireAnswer;
}

/** What a request asks for, as far as its address and headers tell. */
export interface Located {
  readonly service: ServiceId;
  readonly operation: string;
  readonly protocol: Protocol;
  /** @throws AwsError `UnknownOperationException` or the protocol's like, when AWS has no such operation */
  schema(): OperationSchema;
}
