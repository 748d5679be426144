import { CreateModelCommand, DeleteModelCommand, DescribeModelCommand, SageMakerClient } from '@aws-sdk/client-sagemaker';
import type { Models } from '../ports/models.ts';
import { alreadyExists, attemptToFind, translated } from './errors.ts';
import { tagList } from './tags.ts';

/** SageMaker models through the SDK. */
export function sageMakerModels(client: SageMakerClient = new SageMakerClient()): Models {
  return {
    async create({ modelName, imageUri, modelDataUrl, environment, executionRoleArn, tags }) {
      const command = new CreateModelCommand({
        ModelName: modelName,
        PrimaryContainer: { Image: imageUri, ...(modelDataUrl !== undefined && { ModelDataUrl: modelDataUrl }), Environment: environment },
        ExecutionRoleArn: executionRoleArn,
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
