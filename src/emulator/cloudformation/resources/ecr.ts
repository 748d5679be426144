import { defineResource, textOr } from '../resource-type.ts';
import { isRecord } from '../template.ts';

export const repository = defineResource({
  type: 'AWS::ECR::Repository',
  properties: ['RepositoryName', 'ImageTagMutability', 'ImageScanningConfiguration', 'EncryptionConfiguration', 'Tags'],
  // Expiry of images and access from elsewhere aren't emulated; nothing within a run depends on them.
  inert: ['LifecyclePolicy', 'RepositoryPolicyText', 'EmptyOnDelete'],
  async make(properties, { call, generatedName, account, region }) {
    const { ImageScanningConfiguration: scanning, EncryptionConfiguration: encryption } = properties;
    const name = textOr(properties, 'RepositoryName', () => generatedName().toLowerCase());
    await call('ecr', 'CreateRepository', {
      repositoryName: name,
      imageTagMutability: properties['ImageTagMutability'],
      ...(isRecord(scanning) && { imageScanningConfiguration: { scanOnPush: scanning['ScanOnPush'] } }),
      ...(isRecord(encryption) && { encryptionConfiguration: { encryptionType: encryption['EncryptionType'], kmsKey: encryption['KmsKey'] } }),
      tags: properties['Tags'],
    });
    return {
      ref: name,
      attributes: {
        Arn: `arn:aws:ecr:${region}:${account}:repository/${name}`,
        RepositoryUri: `${account}.dkr.ecr.${region}.amazonaws.com/${name}`,
      },
    };
  },
});
