import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import type { Notices } from '../ports/notices.ts';

/** SNS caps a subject at 100 characters of ASCII. */
const subjectOf = (text: string) => text.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, 100);

/**
 * A client's settings for calls that may be lost but must not be waited for: a topic out of reach, as from a subnet without
 * a way to SNS, takes a connection and never answers it.
 *
 * @param patienceMs how long one try may take, wall milliseconds; there are three
 */
export const impatient = (patienceMs = 3000) => ({
  maxAttempts: 3,
  requestHandler: { connectionTimeout: patienceMs, requestTimeout: patienceMs, throwOnRequestTimeout: true },
});

/**
 * Notices as SNS messages and EventBridge events.
 *
 * @param onFailure told what could not be sent: a notice never holds up a rollout
 */
export function awsNotices(
  topicArn: string,
  onFailure: (what: string, error: unknown) => void,
  sns: SNSClient = new SNSClient(impatient()),
  events: EventBridgeClient = new EventBridgeClient(impatient()),
): Notices {
  return {
    async tell(notice) {
      const headline = `${notice.page ? 'PAGE: ' : ''}${notice.delivery}: ${notice.outcome ?? notice.phase}${notice.reason === undefined ? '' : ` (${notice.reason})`}`;
      const sent = await Promise.allSettled([
        sns.send(
          new PublishCommand({
            TopicArn: topicArn,
            Subject: subjectOf(headline),
            Message: `${headline}\n${notice.text}\nrollout ${notice.rolloutId}`,
          }),
        ),
        events.send(
          new PutEventsCommand({
            Entries: [{ Source: 'sluice', DetailType: 'Sluice Rollout Phase Change', Detail: JSON.stringify({ contract: 1, ...notice }) }],
          }),
        ),
      ]);
      const [published, put] = sent;
      // PutEvents answers 200 for what it did not take.
      if (put.status === 'fulfilled' && (put.value.FailedEntryCount ?? 0) > 0) onFailure('EventBridge event', put.value.Entries?.[0]?.ErrorMessage);
      for (const [index, result] of sent.entries())
        if (result.status === 'rejected') onFailure(index === 0 ? 'SNS message' : 'EventBridge event', result.reason);
      return published.status === 'fulfilled';
    },
  };
}
