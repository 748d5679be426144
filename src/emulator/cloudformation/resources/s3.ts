import { notEmulated } from '../../aws-error.ts';
import { defineResource, textOr } from '../resource-type.ts';
import { isRecord } from '../template.ts';

export const bucket = defineResource({
  type: 'AWS::S3::Bucket',
  properties: ['BucketName', 'NotificationConfiguration', 'VersioningConfiguration'],
  // Encryption, access blocks and expiry of objects aren't emulated; nothing depends on them within a run.
  inert: ['BucketEncryption', 'PublicAccessBlockConfiguration', 'OwnershipControls', 'LifecycleConfiguration', 'Tags'],
  async make(properties, { call, generatedName, region }) {
    const name = textOr(properties, 'BucketName', () => generatedName(63).toLowerCase());
    const location = region === 'us-east-1' ? {} : { CreateBucketConfiguration: { LocationConstraint: region } };
    await call('s3', 'CreateBucket', { Bucket: name, ...location });
    const { NotificationConfiguration: notifications, VersioningConfiguration: versioning } = properties;
    if (versioning !== undefined) await call('s3', 'PutBucketVersioning', { Bucket: name, VersioningConfiguration: versioning });
    if (isRecord(notifications)) {
      const { EventBridgeConfiguration: eventBridge, ...others } = notifications;
      const [other] = Object.keys(others);
      if (other !== undefined) throw notEmulated(`${other} in NotificationConfiguration of AWS::S3::Bucket`);
      // CloudFormation asks with a switch what the API asks with an empty member.
      const told = isRecord(eventBridge) && String(eventBridge['EventBridgeEnabled']) === 'true';
      await call('s3', 'PutBucketNotificationConfiguration', {
        Bucket: name,
        NotificationConfiguration: told ? { EventBridgeConfiguration: {} } : {},
      });
    }
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
