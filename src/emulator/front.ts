import { AwsError, notEmulated } from './aws-error.ts';
import type { Clock } from './clock.ts';
import { type CallFault, ConnectionDropped, type Faults, throttleOf, unavailable } from './faults.ts';
import type { Caller } from './iam/caller.ts';
import type { Identities } from './iam/identities.ts';
import type { Cloud, ServiceEvent } from './kernel.ts';
import type { BoundOperation, Service, ServiceId } from './operation.ts';
import type { Random } from './random.ts';
import type { Trace } from './trace.ts';
import { authenticate } from './wire/authenticate.ts';
import { decodedRequest } from './wire/body.ts';
import { checkConstraints } from './wire/constraints.ts';
import { type Located, locate, nameOfUnknown } from './wire/locate.ts';
import { bytesOf, type WireAnswer, type WireRequest } from './wire/message.ts';
import { type OperationSchema, schemasOf } from './wire/schemas.ts';
import { misfits } from './wire/shape.ts';
import { summarise } from './wire/summary.ts';
import { escapeXml } from './wire/text-values.ts';

export type { WireAnswer, WireRequest } from './wire/message.ts';

/** A plain path that is no AWS API. `caller` is unset when the request isn't signed. */
export type RouteHandler = (request: WireRequest, caller: Caller | undefined) => Promise<WireAnswer>;

/** The embedded AWS as its callers see it: every service behind one door, on the wire and from within. */
export interface Front {
  /**
   * Answers one HTTP request. Whatever goes wrong is an answer in the caller's protocol; it rejects only where a fault
   * drops the connection, with `ConnectionDropped`.
   */
  handle(request: WireRequest): Promise<WireAnswer>;
  /** How services reach each other: same operations and policies, no codecs. */
  readonly cloud: Cloud;
  /** @throws TypeError when the service is registered already */
  register(service: Service): void;
  /** Told of each event a service publishes on the default bus, in the order of publishing. */
  onEvent(listener: (event: ServiceEvent) => void): void;
  /** Serves paths that begin with `prefix` and are no AWS API, such as function URLs; the first match wins. */
  route(prefix: string, handler: RouteHandler): void;
}

export interface FrontOptions {
  /** Twelve digits. */
  readonly account: string;
  readonly region: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly trace: Trace;
  readonly identities: Identities;
  /** What goes wrong on purpose; default nothing. */
  readonly faults?: Pick<Faults, 'ofCall'>;
  /** Told of what no operation should throw. The caller gets `InternalFailure`; the crash is traced as well. */
  readonly onCrash?: (error: unknown, where: string) => void;
}

/** A call whose answer a fault keeps from its caller. */
class CallLost extends Error {
  /** What the caller is told if it is told anything. */
  readonly told: AwsError;
  /** Whether the operation ran: then its line is in the trace already. */
  readonly tookEffect: boolean;

  constructor(service: ServiceId, tookEffect: boolean) {
    super('A fault lost this call');
    this.told = unavailable(service);
    this.tookEffect = tookEffect;
  }
}

const describe = (error: unknown) => (error instanceof Error ? (error.stack ?? error.message) : String(error));

/** An error told where no service's protocol is known: as JSON, or as XML to a query client. */
function plainRefusal(error: AwsError, request: WireRequest): WireAnswer {
  const status = error.status === 400 ? 403 : error.status;
  if ((request.headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded')) {
    const body = `<ErrorResponse><Error><Type>Sender</Type><Code>${error.code}</Code><Message>${escapeXml(error.message)}</Message></Error></ErrorResponse>`;
    return { status, headers: { 'content-type': 'text/xml' }, body: bytesOf(body) };
  }
  const headers = { 'content-type': 'application/json', 'x-amzn-errortype': error.code };
  return { status, headers, body: bytesOf(JSON.stringify({ __type: error.code, Message: error.message })) };
}

export function createFront(options: FrontOptions): Front {
  const { random, trace, identities } = options;
  const services = new Map<ServiceId, Service>();
  const listeners: ((event: ServiceEvent) => void)[] = [];
  const routes: { readonly prefix: string; readonly handler: RouteHandler }[] = [];

  /** An `AwsError` as it is; anything else is a bug of ours: reported, and told as AWS tells its own. */
  function asAwsError(error: unknown, where: string): AwsError {
    if (error instanceof AwsError) return error;
    trace.write('crash', { where, error: describe(error) });
    options.onCrash?.(error, where);
    return new AwsError('InternalFailure', 'The request processing has failed because of an unknown error, exception or failure.', {
      status: 500,
      cause: error,
    });
  }

  function operationOf(service: ServiceId, operation: string): BoundOperation {
    const bound = services.get(service)?.operations.get(operation);
    if (!bound) throw notEmulated(`${service}:${operation}`);
    return bound;
  }

  function schemaOf(service: ServiceId, bound: BoundOperation): OperationSchema {
    const schema = schemasOf(service).operations.get(bound.name);
    if (!schema) throw new TypeError(`Cannot run ${service}:${bound.name}: the SDK's model has no such operation`);
    return schema;
  }

  /** Limits, then permissions, then the operation itself, whose answer must be of its schema's shape. */
  async function run(service: ServiceId, bound: BoundOperation, input: unknown, caller: Caller, requestId: string): Promise<unknown> {
    const schema = schemaOf(service, bound);
    checkConstraints(service, schema.input, bound.limits, input);
    for (const access of bound.access(input)) identities.authorise(access, caller);
    const output = await bound.run(input, { caller, requestId });
    const wrong = misfits(schema.output, output, { unknownMembers: 'refused' });
    if (wrong.length > 0) throw new TypeError(`${service}:${bound.name} answered what its schema doesn't have: ${wrong.join('; ')}`);
    return output;
  }

  /** Runs an operation, unless a fault comes between: before it has any effect, or after. */
  async function runFaulted(fault: CallFault | undefined, service: ServiceId, work: () => Promise<unknown>): Promise<unknown> {
    if (fault === 'throttle') throw throttleOf(service);
    if (fault === 'timeout-before') throw new CallLost(service, false);
    return await work();
  }

  const cloud: Cloud = {
    async call(service, operation, input, caller) {
      const line = { via: 'internal', service, operation, caller: caller.arn, input: summarise(input) };
      try {
        const bound = operationOf(service, operation);
        const wrong = misfits(schemaOf(service, bound).input, input, { unknownMembers: 'ignored' });
        if (wrong.length > 0) throw new AwsError('SerializationException', wrong.join('; '));
        const fault = options.faults?.ofCall(service, operation, caller);
        const output = await runFaulted(fault, service, () => run(service, bound, input, caller, random.uuid('wire/request-id')));
        trace.write('wire', { ...line, output: summarise(output), ...(fault && { answerLost: true }) });
        if (fault) throw new CallLost(service, true);
        return output;
      } catch (thrown) {
        const lost = thrown instanceof CallLost ? thrown : undefined;
        const error = lost?.told ?? asAwsError(thrown, `${service}:${operation}`);
        if (!lost?.tookEffect) trace.write('wire', { ...line, error: { code: error.code, status: error.status, message: error.message } });
        throw error;
      }
    },
    publish(event) {
      for (const listener of listeners) {
        try {
          listener(event);
        } catch (error) {
          asAwsError(error, `a listener of the event ${event.source} ${event.detailType}`);
        }
      }
    },
    assume: (roleArn, byService, sourceArn) => identities.assume(roleArn, byService, sourceArn),
  };

  async function answerRoute(route: { readonly prefix: string; readonly handler: RouteHandler }, request: WireRequest): Promise<WireAnswer> {
    const line: Record<string, unknown> = { route: route.prefix, method: request.method, path: request.path };
    let answer: WireAnswer;
    try {
      const who = request.headers['authorization'] === undefined ? undefined : authenticate(request, identities);
      line['caller'] = who?.arn;
      line['input'] = summarise(request.body);
      answer = await route.handler(request, who);
    } catch (thrown) {
      answer = plainRefusal(asAwsError(thrown, `route ${route.prefix}`), request);
    }
    trace.write('wire', { ...line, status: answer.status, output: summarise(answer.body) });
    return answer;
  }

  async function answerApi(located: Located, request: WireRequest): Promise<WireAnswer> {
    const requestId = random.uuid('wire/request-id');
    const line: Record<string, unknown> = { service: located.service, operation: located.operation, caller: undefined };
    try {
      const caller = authenticate(request, identities);
      line['caller'] = caller.arn;
      const schema = located.schema();
      const bound = operationOf(located.service, located.operation);
      const input = located.protocol.read(schema, decodedRequest(request));
      line['input'] = summarise(input);
      const fault = options.faults?.ofCall(located.service, located.operation, caller);
      const output = await runFaulted(fault, located.service, () => run(located.service, bound, input, caller, requestId));
      line['output'] = summarise(output);
      const answer = located.protocol.write(schema, output, requestId);
      trace.write('wire', { ...line, ...(fault && { answerLost: true }) });
      if (fault) throw new CallLost(located.service, true);
      return answer;
    } catch (thrown) {
      const lost = thrown instanceof CallLost ? thrown : undefined;
      const error = lost?.told ?? asAwsError(thrown, `${located.service}:${located.operation}`);
      if (!lost?.tookEffect) {
        delete line['output'];
        trace.write('wire', { ...line, error: { code: error.code, status: error.status, message: error.message } });
      }
      // A call that timed out is told so, or told nothing at all.
      if (lost && random.chance('faults/connection-drops', 0.5)) throw new ConnectionDropped('socket hang up');
      try {
        return located.protocol.fail(error, requestId, request);
      } catch (unsayable) {
        // An error whose own members can't be encoded.
        return plainRefusal(asAwsError(unsayable, `${located.service}:${located.operation}`), request);
      }
    }
  }

  function answerUnknown(request: WireRequest): WireAnswer {
    const error =
      request.headers['authorization'] === undefined
        ? new AwsError('MissingAuthenticationTokenException', 'Missing Authentication Token')
        : notEmulated(nameOfUnknown(request));
    trace.write('wire', { operation: nameOfUnknown(request), error: { code: error.code, status: error.status, message: error.message } });
    return plainRefusal(error, request);
  }

  return {
    cloud,
    async handle(request) {
      const route = routes.find(({ prefix }) => request.path.startsWith(prefix));
      if (route) return await answerRoute(route, request);
      const located = locate(request);
      return located ? await answerApi(located, request) : answerUnknown(request);
    },
    register(service) {
      if (services.has(service.id)) throw new TypeError(`Cannot register the service "${service.id}": it is registered already`);
      services.set(service.id, service);
    },
    onEvent: (listener) => void listeners.push(listener),
    route: (prefix, handler) => void routes.push({ prefix, handler }),
  };
}
