import { defineResource, textOr } from '../resource-type.ts';
import { lowerCamel } from '../shape.ts';
import { isRecord } from '../template.ts';

export const project = defineResource({
  type: 'AWS::CodeBuild::Project',
  properties: [
    'Name',
    'Description',
    'Source',
    'SourceVersion',
    'Artifacts',
    'Environment',
    'ServiceRole',
    'TimeoutInMinutes',
    'QueuedTimeoutInMinutes',
    'ConcurrentBuildLimit',
    'Cache',
    'LogsConfig',
    'EncryptionKey',
    'BadgeEnabled',
    'Tags',
  ],
  // Whether others may look at the builds.
  inert: ['Visibility', 'ResourceAccessRole'],
  async make(properties, { call, generatedName, account, region }) {
    const { Name: _name, Source, ...settings } = properties;
    const name = textOr(properties, 'Name', () => generatedName(150));
    // The one member whose name is more than a matter of its first letter.
    const { BuildSpec: buildspec, ...source } = isRecord(Source) ? Source : {};
    await call('codebuild', 'CreateProject', {
      ...(lowerCamel(settings) as Record<string, unknown>), // A record stays one.
      name,
      source: { ...(lowerCamel(source) as Record<string, unknown>), buildspec }, // Likewise.
    });
    return { ref: name, attributes: { Arn: `arn:aws:codebuild:${region}:${account}:project/${name}` } };
  },
});
