import type { ListBucketsCommandInput, ListBucketsCommandOutput } from '@aws-sdk/client-s3';
import { defineOperation } from '../operation.ts';
import { byKey, type S3State } from './state.ts';

export const listBuckets = defineOperation<S3State, ListBucketsCommandInput, Omit<ListBucketsCommandOutput, '$metadata'>>({
  name: 'ListBuckets',
  access: () => [{ action: 's3:ListAllMyBuckets', resource: '*' }],
  limits: { MaxBuckets: { min: 1, max: 10_000 } },
  run(input, { kernel, buckets }) {
    const { Prefix: prefix = '', ContinuationToken: token = '', MaxBuckets: max = 10_000 } = input;
    const wanted = [...buckets.values()]
      .filter(({ name }) => name.startsWith(prefix) && name > token && (input.BucketRegion ?? kernel.region) === kernel.region)
      .sort((a, b) => byKey(a.name, b.name));
    const shown = wanted.slice(0, max);
    const last = shown.at(-1);
    return {
      Buckets: shown.map(({ name, createdAtMs }) => ({ Name: name, CreationDate: new Date(createdAtMs), BucketRegion: kernel.region })),
      Owner: { ID: kernel.account },
      ...(input.Prefix === undefined ? {} : { Prefix: prefix }),
      ...(wanted.length > shown.length && last ? { ContinuationToken: last.name } : {}),
    };
  },
});
