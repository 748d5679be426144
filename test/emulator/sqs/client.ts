import type { Message } from '@aws-sdk/client-sqs';
import { AwsError } from '../../../src/emulator/aws-error.ts';
import { createSqsService, type SqsOptions, type SqsService } from '../../../src/emulator/sqs/service.ts';
import { administrator, type TestKernel, testKernel } from '../kernel.ts';

interface Answer extends Record<string, unknown> {
  readonly QueueUrl?: string;
  readonly Messages?: Message[];
  readonly Attributes?: Record<string, string>;
}

export interface SqsClient {
  readonly kernel: TestKernel;
  readonly sqs: SqsService;
  /** Runs an operation as the administrator, past the wire. */
  readonly call: (operation: string, input?: object) => Promise<Answer>;
  /** The error an operation fails with. */
  readonly refusal: (operation: string, input: object) => Promise<AwsError>;
}

export function sqsClient(options: SqsOptions = {}, kernel: TestKernel = testKernel()): SqsClient {
  const sqs = createSqsService(kernel, options);
  const call: SqsClient['call'] = async (operation, input = {}) => {
    const bound = sqs.service.operations.get(operation);
    if (!bound) throw new Error(`No operation ${operation}`);
    return (await bound.run(input, { caller: administrator, requestId: 'test' })) as Answer; // Each test knows what it called.
  };
  return {
    kernel,
    sqs,
    call,
    async refusal(operation, input) {
      const answer = await call(operation, input).catch((error: unknown) => error);
      if (answer instanceof AwsError) return answer;
      throw new Error(`${operation} answered ${JSON.stringify(answer)} instead of refusing`);
    },
  };
}
