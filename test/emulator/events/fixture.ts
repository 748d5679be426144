import { createEventsService, type EventsService } from '../../../src/emulator/events/service.ts';
import { administrator, type TestKernel, testKernel } from '../kernel.ts';

export interface TestEvents extends EventsService {
  readonly kernel: TestKernel;
  /** Calls an operation as the administrator, as the wire does once it has judged the call. */
  call<Output = Record<string, unknown>>(operation: string, input: unknown): Promise<Output>;
  /** Makes an enabled rule with these targets, returns its ARN. */
  rule(name: string, pattern: unknown, targets?: readonly Record<string, unknown>[]): Promise<string>;
}

export function testEvents(overrides: Parameters<typeof testKernel>[0] = {}, options: Parameters<typeof createEventsService>[1] = {}): TestEvents {
  const kernel = testKernel(overrides);
  const events = createEventsService(kernel, options);
  const call = async <Output>(operation: string, input: unknown) => {
    const bound = events.service.operations.get(operation);
    if (!bound) throw new Error(`EventBridge has no operation ${operation}`);
    // The operation's output is the test's to know.
    return (await bound.run(input, { caller: administrator, requestId: 'test' })) as Output;
  };
  return {
    ...events,
    kernel,
    call,
    async rule(name, pattern, targets = []) {
      const { RuleArn } = await call<{ RuleArn: string }>('PutRule', { Name: name, EventPattern: JSON.stringify(pattern) });
      if (targets.length > 0) await call('PutTargets', { Rule: name, Targets: targets });
      return RuleArn;
    },
  };
}

export const arns = {
  lambda: 'arn:aws:lambda:eu-west-1:000000000000:function:on-push',
  machine: 'arn:aws:states:eu-west-1:000000000000:stateMachine:releases',
  queue: 'arn:aws:sqs:eu-west-1:000000000000:work',
  deadLetters: 'arn:aws:sqs:eu-west-1:000000000000:dead-letters',
  topic: 'arn:aws:sns:eu-west-1:000000000000:news',
  role: 'arn:aws:iam::000000000000:role/events',
  bus: (name: string) => `arn:aws:events:eu-west-1:000000000000:event-bus/${name}`,
};
