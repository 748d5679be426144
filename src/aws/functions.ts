import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import type { Functions } from '../ports/judges.ts';
import { attempt } from './errors.ts';
import { inTime } from './in-time.ts';

/** What a function that throws says is shown up to here, characters. */
const shownCharacters = 500;

/** The user's Lambda functions through the SDK. Asked once: a second try would run somebody's code twice. */
export function lambdaFunctions(client: LambdaClient = new LambdaClient({ maxAttempts: 1 })): Functions {
  return {
    ask: (FunctionName, payload, { timeoutMs, mostBytes }) =>
      inTime(timeoutMs, (abortSignal) =>
        attempt(`Cannot invoke function "${FunctionName}"`, async () => {
          const answer = await client.send(new InvokeCommand({ FunctionName, Payload: Buffer.from(payload) }), { abortSignal });
          const bytes = answer.Payload ?? new Uint8Array();
          const text = Buffer.from(bytes).toString('utf8');
          if (answer.FunctionError !== undefined) return { kind: 'failed', text: text.slice(0, shownCharacters) };
          return bytes.length > mostBytes ? { kind: 'too-large' } : { kind: 'answered', text };
        }),
      ),
  };
}
