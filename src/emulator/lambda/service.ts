import type { Caller } from '../iam/caller.ts';
import type { Identities } from '../iam/identities.ts';
import type { Kernel } from '../kernel.ts';
import { bindService, type Service } from '../operation.ts';
import type { WireAnswer, WireRequest } from '../wire/message.ts';
import { addPermission } from './add-permission.ts';
import { createAsyncQueue } from './asynchronous.ts';
import { createFunction } from './create-function.ts';
import { createFunctionUrlConfig } from './create-function-url-config.ts';
import { deleteFunction } from './delete-function.ts';
import { deleteFunctionConcurrency } from './delete-function-concurrency.ts';
import { environmentFor } from './environment.ts';
import type { Functions } from './function.ts';
import { serveFunctionUrl } from './function-url.ts';
import { getFunction } from './get-function.ts';
import { getFunctionConcurrency } from './get-function-concurrency.ts';
import { getFunctionConfiguration } from './get-function-configuration.ts';
import { getFunctionEventInvokeConfig } from './get-function-event-invoke-config.ts';
import { getFunctionUrlConfig } from './get-function-url-config.ts';
import { getPolicy } from './get-policy.ts';
import type { Crash } from './instance.ts';
import { invoke } from './invoke.ts';
import { createInvoker } from './invoker.ts';
import { listFunctions } from './list-functions.ts';
import type { AppendLog } from './log.ts';
import { createPool } from './pool.ts';
import { publishVersion } from './publish-version.ts';
import { putFunctionConcurrency } from './put-function-concurrency.ts';
import { putFunctionEventInvokeConfig } from './put-function-event-invoke-config.ts';
import { removePermission } from './remove-permission.ts';
import type { Transport } from './sandbox/http.ts';
import { sandboxInstances } from './sandbox-instance.ts';
import type { LambdaState } from './state.ts';
import { updateFunctionConfiguration } from './update-function-configuration.ts';
import { workerInstances } from './worker-instance.ts';

export { urlPrefix } from './function-url.ts';
export type { Crash } from './instance.ts';
export type { AppendLog, LogLine } from './log.ts';
export type { Transport } from './sandbox/http.ts';

export interface LambdaParts {
  readonly identities: Pick<Identities, 'accessKeyFor' | 'addResourcePolicy' | 'removeResourcePolicies' | 'authorise'>;
  /** How functions reach the emulator under the virtual clock. */
  readonly transport: Transport;
  /** Where the emulator listens, without slash at the end; under the virtual clock any base does. */
  readonly endpointUrl: () => string;
  readonly appendLog: AppendLog;
  /** Asked for each invocation under the virtual clock: whether and how it dies. Default none does. */
  readonly crash?: (functionName: string, requestId: string) => Crash | undefined;
}

export interface LambdaService {
  readonly service: Service;
  /** Answers requests under `urlPrefix`. */
  readonly serveUrl: (request: WireRequest, caller: Caller | undefined) => Promise<WireAnswer>;
  /** Ends every execution environment. */
  readonly close: () => Promise<void>;
}

/** Lambda: functions from zips, run as workers on the real and scaled clock, in-process under the virtual one. */
export function createLambdaService(kernel: Kernel, parts: LambdaParts): LambdaService {
  const functions: Functions = new Map();
  const start = kernel.clock.kind === 'virtual' ? sandboxInstances(kernel, parts.transport, parts.crash) : workerInstances(kernel);
  const pool = createPool(kernel, start, (version, logStream) => environmentFor(kernel, parts.identities, parts.endpointUrl(), version, logStream));
  const invoker = createInvoker(kernel, functions, pool, parts.identities, parts.appendLog);
  const state: LambdaState = {
    kernel,
    functions,
    identities: parts.identities,
    pool,
    invoker,
    queue: createAsyncQueue(kernel, functions, invoker),
    endpointUrl: parts.endpointUrl,
  };
  return {
    service: bindService('lambda', state, [
      addPermission,
      createFunction,
      createFunctionUrlConfig,
      deleteFunction,
      getFunction,
      deleteFunctionConcurrency,
      getFunctionConcurrency,
      getFunctionConfiguration,
      getFunctionEventInvokeConfig,
      getFunctionUrlConfig,
      getPolicy,
      invoke,
      listFunctions,
      publishVersion,
      putFunctionConcurrency,
      putFunctionEventInvokeConfig,
      removePermission,
      updateFunctionConfiguration,
    ]),
    serveUrl: (request, caller) => serveFunctionUrl(request, caller, state),
    close: () => pool.close(),
  };
}
