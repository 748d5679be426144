import type { BatchResultErrorEntry } from '@aws-sdk/client-sqs';
import { AwsError } from '../aws-error.ts';
import { batchError } from './errors.ts';

/** Holds the entries of a batch against what SQS asks of every batch. */
export function assertBatch(entries: readonly { readonly Id?: string | undefined }[]): void {
  if (entries.length === 0) throw batchError('EmptyBatchRequest', 'There should be at least one entry in the request.');
  if (entries.length > 10) {
    throw batchError('TooManyEntriesInBatchRequest', `Maximum number of entries per request are 10. You have sent ${entries.length}.`);
  }
  const seen = new Set<string>();
  for (const { Id = '' } of entries) {
    if (!/^[A-Za-z0-9_-]{1,80}$/.test(Id)) {
      throw batchError(
        'InvalidBatchEntryId',
        'A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.',
      );
    }
    if (seen.has(Id)) throw batchError('BatchEntryIdsNotDistinct', `Id ${Id} repeated.`);
    seen.add(Id);
  }
}

/** Does each entry for itself: what fails fails alone. */
export function each<Entry extends { readonly Id?: string | undefined }, Done>(
  entries: readonly Entry[],
  work: (entry: Entry) => Done,
): { readonly Successful: (Done & { Id: string })[]; readonly Failed: BatchResultErrorEntry[] } {
  const successful: (Done & { Id: string })[] = [];
  const failed: BatchResultErrorEntry[] = [];
  for (const entry of entries) {
    const id = entry.Id ?? '';
    try {
      successful.push({ ...work(entry), Id: id });
    } catch (error) {
      if (!(error instanceof AwsError) || error.code === 'NotEmulated') throw error;
      failed.push({ Id: id, Code: error.queryCode ?? error.code, Message: error.message, SenderFault: error.status < 500 });
    }
  }
  return { Successful: successful, Failed: failed };
}
