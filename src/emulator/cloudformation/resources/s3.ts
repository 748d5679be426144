import { defineResource, textOr } from '../resource-type.ts';

export const bucket = defineResource({
  type: 'AWS::S3::Bucket',
  properties: ['BucketName'],
  // Encryption, access blocks and expiry of objects aren't emulated; nothing depends on them within a run.
  inert: ['BucketEncryption', 'PublicAccessBlockConfiguration', 'OwnershipControls', 'LifecycleConfiguration', 'Tags'],
  async make(properties, { call, generatedName, region }) {
    const name = textOr(properties, 'BucketName', () => generatedName(63).toLowerCase());
    const location = region === 'us-east-1' ? {} : { CreateBucketConfiguration: { LocationConstraint: region } };
    await call('s3', 'CreateBucket', { Bucket: name, ...location });
    return {
      ref: name,
      attributes: {
        Arn: `arn:aws:s3:::${name}`,
        DomainName: `${name}.s3.amazonaws.com`,
        RegionalDomainName: `${name}.s3.${region}.amazonaws.com`,
      },
    };
  },
});

/** Kept, not judged: what buckets' policies usually say (no plain HTTP) is about a network there is none of here. */
export const bucketPolicy = defineResource({
  type: 'AWS::S3::BucketPolicy',
  properties: ['Bucket'],
  inert: ['PolicyDocument'],
  async make(properties, { call, generatedName }) {
    await call('s3', 'HeadBucket', { Bucket: properties['Bucket'] });
    return { ref: generatedName(), attributes: {} };
  },
});
