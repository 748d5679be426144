import { type ContainerDefinition, CreateModelCommand, DeleteModelCommand, DescribeModelCommand, SageMakerClient } from '@aws-sdk/client-sagemaker';
import type { Models } from '../ports/models.ts';
import type { PackagedContainer } from '../ports/packages.ts';
import { alreadyExists, attemptToFind, translated } from './errors.ts';
import { tagList } from './tags.ts';

/** A model in S3: an archive SageMaker unpacks, or a prefix it copies as it is. */
const modelDataOf = (uri: string): Pick<ContainerDefinition, 'ModelDataUrl' | 'ModelDataSource'> =>
  uri.endsWith('/') ? { ModelDataSource: { S3DataSource: { S3Uri: uri, S3DataType: 'S3Prefix', CompressionType: 'None' } } } : { ModelDataUrl: uri };

const definitionOf = ({ imageUri, modelDataUrl, environment }: PackagedContainer): ContainerDefinition => ({
  Image: imageUri,
  ...(modelDataUrl !== undefined && modelDataOf(modelDataUrl)),
  Environment: { ...environment },
});

/** SageMaker models through the SDK. */
export function sageMakerModels(client: SageMakerClient = new SageMakerClient()): Models {
  return {
    async create({ modelName, containers, vpc, networkIsolation, executionRoleArn, tags }) {
      const [first, ...others] = containers.map(definitionOf);
      const command = new CreateModelCommand({
        ModelName: modelName,
        // Several take requests in turn only where they are asked to: Direct would leave the choice to the caller.
        ...(others.length === 0
          ? { PrimaryContainer: first }
          : { Containers: [...(first ? [first] : []), ...others], InferenceExecutionConfig: { Mode: 'Serial' as const } }),
        ExecutionRoleArn: executionRoleArn,
        ...(vpc && { VpcConfig: { Subnets: [...vpc.subnets], SecurityGroupIds: [...vpc.securityGroups] } }),
        ...(networkIsolation && { EnableNetworkIsolation: true }),
        Tags: tagList(tags),
      });
      await client.send(command).catch((error: unknown) => {
        if (!alreadyExists(error)) throw translated(error, `Cannot create model "${modelName}"`);
      });
    },
    async delete(ModelName) {
      await attemptToFind(`Cannot delete model "${ModelName}"`, () => client.send(new DeleteModelCommand({ ModelName })));
    },
    async imageOf(ModelName) {
      const model = await attemptToFind(`Cannot describe model "${ModelName}"`, () => client.send(new DescribeModelCommand({ ModelName })));
      return (model?.PrimaryContainer ?? model?.Containers?.[0])?.Image;
    },
  };
}
