import type { PublishCommandOutput } from '@aws-sdk/client-sns';
import { asText, drawRequestId, type Integration, type LegacyNames, legacyError, readArguments, sdkMetadata } from './integration.ts';
import { modelledErrors } from './modelled-errors.ts';

const names: LegacyNames = { prefix: 'SNS', unmodelled: 'AmazonSNSException', service: 'AmazonSNS', modelled: modelledErrors.sns };

const supported = [
  'TopicArn',
  'TargetArn',
  'PhoneNumber',
  'Message',
  'Subject',
  'MessageStructure',
  'MessageAttributes',
  'MessageDeduplicationId',
  'MessageGroupId',
];

/** `arn:aws:states:::sns:publish`: a message that is no text is sent as its JSON. */
export const publishMessage: Integration = (args) => {
  const { Message, ...rest } = readArguments(args, ['Message'], supported);
  const input = { ...rest, Message: asText(Message ?? null) };
  return async ({ kernel, caller }) => {
    const requestId = drawRequestId(kernel);
    try {
      const { MessageId, SequenceNumber } = (await kernel.cloud.call('sns', 'Publish', input, caller())) as PublishCommandOutput; // The SDK's shape.
      return {
        ...(MessageId === undefined ? {} : { MessageId }),
        ...(SequenceNumber === undefined ? {} : { SequenceNumber }),
        ...sdkMetadata(kernel, requestId, 'text/xml', 294),
      };
    } catch (error) {
      throw legacyError(error, names, requestId);
    }
  };
};
