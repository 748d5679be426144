import { awsSdk } from './integrations/aws-sdk.ts';
import { putEvents } from './integrations/events.ts';
import type { Integration } from './integrations/integration.ts';
import { invokeFunction, invokeLambda } from './integrations/lambda.ts';
import { publishMessage } from './integrations/sns.ts';
import { startExecution } from './integrations/start-execution.ts';

/** What a Task's `Resource` names. */
export interface Resource {
  readonly arn: string;
  /** A function's own ARN writes `LambdaFunction...` events; all else writes `Task...` events. */
  readonly events: 'Task' | 'LambdaFunction';
  /** As history prints it: `invoke.waitForTaskToken`. */
  readonly resource: string;
  /** As history prints it: `lambda`, `aws-sdk:dynamodb`. */
  readonly resourceType: string;
  readonly waitsForToken: boolean;
  readonly integration: Integration;
}

const tokenSuffix = '.waitForTaskToken';

const optimized: Readonly<Record<string, Integration>> = {
  'lambda:invoke': invokeLambda,
  'states:startExecution': startExecution,
  'events:putEvents': putEvents,
  'sns:publish': publishMessage,
};

/**
 * Reads a `Resource`.
 *
 * @returns the sentence of the diagnostic where AWS knows no such resource, or where we don't do what it names
 */
export function readResource(arn: string): Resource | { readonly refusal: string } {
  if (/^arn:aws:lambda:[a-z0-9-]+:\d{12}:function:[\w-]+(:[\w$-]+)?$/.test(arn)) {
    return { arn, events: 'LambdaFunction', resource: arn, resourceType: 'lambda', waitsForToken: false, integration: invokeFunction(arn) };
  }
  const service = /^arn:aws:states:::(.+)$/.exec(arn)?.[1];
  const activity = /^arn:aws:states:[a-z0-9-]+:\d{12}:activity:/.test(arn);
  if (activity || (service !== undefined && /\.sync(:2)?$/.test(service))) {
    return { refusal: `The embedded AWS does not emulate the resource ${arn}; docs/emulator.md lists what it does.` };
  }
  if (service === undefined) return notRecognized(arn);
  const waitsForToken = service.endsWith(tokenSuffix);
  const called = waitsForToken ? service.slice(0, -tokenSuffix.length) : service;
  const [, sdkService, sdkAction] = /^aws-sdk:([a-z0-9]+):([a-z][A-Za-z0-9]*)$/.exec(called) ?? [];
  const integration = sdkService !== undefined && sdkAction !== undefined ? awsSdk(sdkService, sdkAction) : optimized[called];
  if (integration === undefined) {
    return /^[a-z0-9-]+(:[a-z0-9]+)?:[A-Za-z0-9]+$/.test(called) && !called.startsWith('x:')
      ? { refusal: `The embedded AWS does not emulate the resource ${arn}; docs/emulator.md lists what it does.` }
      : notRecognized(arn);
  }
  const cut = called.lastIndexOf(':');
  return {
    arn,
    events: 'Task',
    resource: called.slice(cut + 1) + (waitsForToken ? tokenSuffix : ''),
    resourceType: called.slice(0, cut),
    waitsForToken,
    integration,
  };
}

const notRecognized = (arn: string) => ({
  refusal: `The resource provided ${arn} is not recognized. The value is not a valid resource ARN, or the resource is not available in this region.`,
});
