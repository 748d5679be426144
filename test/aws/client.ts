import { AwsError } from '../../src/emulator/aws-error.ts';
import { inProcess } from '../../src/emulator/transport.ts';
import { administratorKeys, type ClientOptions, region, type TestFront, testFront } from '../emulator/front-fixture.ts';

/** An AWS whose operations answer what the test says, and what an SDK client needs to reach it. */
export function scriptedAws(): TestFront & { readonly options: ClientOptions; asked(operation: string): unknown[] } {
  const aws = testFront();
  return {
    ...aws,
    options: { region, credentials: administratorKeys, maxAttempts: 1, requestHandler: inProcess(aws.front) },
    asked: (operation) => aws.seen.filter((call) => call.operation === operation).map(({ input }) => input),
  };
}

/** An operation that refuses with AWS's code and words. */
export const refuse =
  (code: string, message = '', details: ConstructorParameters<typeof AwsError>[2] = {}) =>
  () => {
    throw new AwsError(code, message, details);
  };
