import type { GetExecutionHistoryCommandOutput, HistoryEvent } from '@aws-sdk/client-sfn';
import { AwsError } from '../../../src/emulator/aws-error.ts';
import type { Cloud } from '../../../src/emulator/kernel.ts';
import { createStatesService, type StatesService } from '../../../src/emulator/states/service.ts';
import { administrator, type TestKernel, testKernel } from '../kernel.ts';

/** What one of the emulator's other services answers: a result, an `AwsError`, after a while. */
export interface Answer {
  /** SDK-shaped answer of an API operation. */
  readonly result?: unknown;
  /** Answer of a Lambda invocation: what its handler returns. */
  readonly payload?: unknown;
  /** The document of a Lambda's own error. */
  readonly functionError?: unknown;
  /** An API's error. */
  readonly error?: { readonly code: string; readonly message: string; readonly status?: number };
  readonly afterSeconds?: number;
}

export interface CallMade {
  readonly service: string;
  readonly operation: string;
  readonly input: Record<string, unknown>;
}

export interface World extends StatesService {
  readonly kernel: TestKernel;
  /** Calls of Tasks, in order; a Lambda's payload decoded. */
  readonly calls: CallMade[];
  /** Calls an operation as the administrator would. */
  ask<T = Record<string, unknown>>(operation: string, input: Record<string, unknown>): Promise<T>;
  /** Creates a machine `m` of this definition and starts it. */
  start(definition: unknown, input?: unknown, name?: string): Promise<string>;
  events(executionArn: string): Promise<HistoryEvent[]>;
}

export const roleArn = 'arn:aws:iam::000000000000:role/machine';
export const machineArn = 'arn:aws:states:eu-west-1:000000000000:stateMachine:m';

/** Step Functions alone, its Tasks answered from `answers`: by `lambda:Invoke:<function>` or `<service>:<Operation>`, in turn, the last for good. */
export function statesWorld(answers: Readonly<Record<string, readonly Answer[]>> = {}, seed = 1): World {
  const calls: CallMade[] = [];
  const used = new Map<string, number>();
  const call: Cloud['call'] = async (service, operation, input) => {
    const given = input as Record<string, unknown>;
    const payload = given.Payload instanceof Uint8Array ? { Payload: JSON.parse(Buffer.from(given.Payload).toString('utf8')) as unknown } : {};
    calls.push({ service, operation, input: { ...given, ...payload } });
    const name =
      service === 'lambda' && operation === 'Invoke' ? `lambda:Invoke:${String(given.FunctionName).split(':').at(-1)}` : `${service}:${operation}`;
    const list = answers[name] ?? [];
    const turn = used.get(name) ?? 0;
    used.set(name, turn + 1);
    const answer = list[Math.min(turn, list.length - 1)];
    if (answer === undefined) throw new Error(`No answer for ${name}`);
    if (answer.afterSeconds !== undefined) await kernel.clock.sleep(answer.afterSeconds * 1_000, name);
    if (answer.error) throw new AwsError(answer.error.code, answer.error.message, { status: answer.error.status ?? 400 });
    if (answer.functionError !== undefined) {
      return { StatusCode: 200, FunctionError: 'Unhandled', ExecutedVersion: '$LATEST', Payload: Buffer.from(JSON.stringify(answer.functionError)) };
    }
    if ('payload' in answer) return { StatusCode: 200, ExecutedVersion: '$LATEST', Payload: Buffer.from(JSON.stringify(answer.payload)) };
    return answer.result ?? {};
  };
  const kernel = testKernel({ cloud: { call }, seed });
  const states = createStatesService(kernel);
  let drawn = 0;
  const ask = async <T>(operation: string, input: Record<string, unknown>): Promise<T> => {
    const bound = states.service.operations.get(operation);
    if (bound === undefined) throw new Error(`No operation ${operation}`);
    return (await bound.run(input, { caller: administrator, requestId: `request-${drawn++}` })) as T; // The test knows what it asked for.
  };
  return {
    ...states,
    kernel,
    calls,
    ask,
    async start(definition, input = {}, name = 'x') {
      await ask('CreateStateMachine', { name: 'm', roleArn, definition: JSON.stringify(definition) });
      const { executionArn } = await ask<{ executionArn: string }>('StartExecution', {
        stateMachineArn: machineArn,
        name,
        input: JSON.stringify(input),
      });
      await kernel.clock.settle();
      return executionArn;
    },
    async events(executionArn) {
      return (await ask<GetExecutionHistoryCommandOutput>('GetExecutionHistory', { executionArn, maxResults: 1_000 })).events ?? [];
    },
  };
}

/** A machine of these states, JSONata throughout, starting at the first. */
export const machine = (states: Record<string, unknown>, more: Record<string, unknown> = {}): Record<string, unknown> => ({
  QueryLanguage: 'JSONata',
  StartAt: Object.keys(states)[0],
  States: states,
  ...more,
});

/** The code and message of the `AwsError` a call ends in. */
export async function refusal(work: Promise<unknown>): Promise<{ code: string; message: string }> {
  try {
    await work;
  } catch (error) {
    if (error instanceof AwsError) return { code: error.code, message: error.message };
    throw error;
  }
  throw new Error('Expected a refusal');
}
