import type { PutEventsCommandOutput } from '@aws-sdk/client-eventbridge';
import { isObject, type Json } from '../json.ts';
import { StateError } from '../state-error.ts';
import { fromSdkOutput, toSdkInput } from './aws-sdk.ts';
import { asText, drawRequestId, type Integration, type LegacyNames, legacyError, readArguments } from './integration.ts';
import { modelledErrors } from './modelled-errors.ts';

const names: LegacyNames = {
  prefix: 'EventBridge',
  unmodelled: 'AmazonEventBridgeException',
  service: 'AmazonEventBridge',
  modelled: modelledErrors.eventbridge,
};

/** `arn:aws:states:::events:putEvents`: names the machine and the execution among each event's resources; one refused entry fails the task. */
export const putEvents: Integration = (args) => {
  const { Entries } = readArguments(args, ['Entries'], ['Entries', 'EndpointId']);
  return async ({ kernel, caller, executionArn, stateMachineArn }) => {
    const requestId = drawRequestId(kernel);
    // Narrowing by Array.isArray loses the element type of a readonly array.
    const entries = (Array.isArray(Entries) ? (Entries as readonly Json[]) : []).map((entry) => {
      if (!isObject(entry)) return entry;
      const resources = Array.isArray(entry.Resources) ? (entry.Resources as readonly Json[]) : [];
      return {
        ...entry,
        ...(entry.Detail === undefined ? {} : { Detail: asText(entry.Detail) }),
        Resources: [...resources, stateMachineArn, executionArn],
      };
    });
    let answer: Pick<PutEventsCommandOutput, 'Entries' | 'FailedEntryCount'>;
    try {
      answer = (await kernel.cloud.call('events', 'PutEvents', toSdkInput('eventbridge', { Entries: entries }), caller())) as PutEventsCommandOutput; // The SDK's shape.
    } catch (error) {
      throw legacyError(error, names, requestId);
    }
    const body = { Entries: fromSdkOutput('eventbridge', answer.Entries ?? []), FailedEntryCount: answer.FailedEntryCount ?? 0 };
    if (body.FailedEntryCount > 0) throw new StateError('EventBridge.FailedEntry', JSON.stringify(body));
    return body;
  };
};
