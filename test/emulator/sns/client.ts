import { AwsError } from '../../../src/emulator/aws-error.ts';
import { createSnsService, type SnsOptions, type SnsService } from '../../../src/emulator/sns/service.ts';
import { administrator, type TestKernel, testKernel } from '../kernel.ts';

interface Answer extends Record<string, unknown> {
  readonly SubscriptionArn?: string;
  readonly MessageId?: string;
  readonly Attributes?: Record<string, string>;
}

export interface SnsClient {
  readonly kernel: TestKernel;
  readonly sns: SnsService;
  /** Runs an operation as the administrator, past the wire. */
  readonly call: (operation: string, input?: object) => Promise<Answer>;
  /** The error an operation fails with. */
  readonly refusal: (operation: string, input: object) => Promise<AwsError>;
}

export function snsClient(kernel: TestKernel = testKernel(), options: SnsOptions = {}): SnsClient {
  const sns = createSnsService(kernel, options);
  const call: SnsClient['call'] = async (operation, input = {}) => {
    const bound = sns.service.operations.get(operation);
    if (!bound) throw new Error(`No operation ${operation}`);
    return (await bound.run(input, { caller: administrator, requestId: 'test' })) as Answer; // Each test knows what it called.
  };
  return {
    kernel,
    sns,
    call,
    async refusal(operation, input) {
      const answer = await call(operation, input).catch((error: unknown) => error);
      if (answer instanceof AwsError) return answer;
      throw new Error(`${operation} answered ${JSON.stringify(answer)} instead of refusing`);
    },
  };
}

export const topicArn = 'arn:aws:sns:eu-west-1:000000000000:rollouts';
export const queueArn = 'arn:aws:sqs:eu-west-1:000000000000:inbox';
export const functionArn = 'arn:aws:lambda:eu-west-1:000000000000:function:notify';
