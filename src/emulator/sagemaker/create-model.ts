import type { CreateModelCommandInput, CreateModelCommandOutput } from '@aws-sdk/client-sagemaker';
import { notEmulated, validationException } from '../aws-error.ts';
import { defineOperation } from '../operation.ts';
import { containersOf, missingParts } from './deployable.ts';
import { publishModelState } from './events.ts';
import { containerLimits, modelNameLimit, roleArnLimit, tagLimits } from './limits.ts';
import { existsAlready, isTaken, keep, onResource, passRoleAccess, sageMakerArn, taggingAccess } from './resources.ts';
import type { Model, SageMaker } from './state.ts';
import { tagNew } from './tagging.ts';

/** Key and value of an environment entry, and all of them together (bytes). */
const maxEnvironmentText = 1024;
const maxEnvironmentBytes = 32 * 1024;

function checkEnvironment(environment: Readonly<Record<string, string>>): void {
  let bytes = 0;
  for (const [key, value] of Object.entries(environment)) {
    for (const text of [key, value]) {
      if (text.length > maxEnvironmentText) {
        throw validationException(
          `1 validation error detected: Value '${text}' at 'primaryContainer.environment' failed to satisfy constraint: Map ${text === key ? 'keys' : 'value'} must satisfy constraint: [Member must have length less than or equal to ${maxEnvironmentText}]`,
        );
      }
    }
    bytes += Buffer.byteLength(key) + Buffer.byteLength(value);
  }
  if (bytes > maxEnvironmentBytes)
    throw validationException(`The total size of the environment variables must not exceed 32 KB; it is ${bytes} bytes.`);
}

export const createModel = defineOperation<SageMaker, CreateModelCommandInput, Pick<CreateModelCommandOutput, 'ModelArn'>>({
  name: 'CreateModel',
  access: (input, state) => [
    onResource(state, 'CreateModel', 'model', input.ModelName ?? ''),
    ...passRoleAccess(input.ExecutionRoleArn),
    ...taggingAccess(state, 'model', input.ModelName ?? '', 'CreateModel', input.Tags),
  ],
  limits: {
    ModelName: modelNameLimit,
    ExecutionRoleArn: roleArnLimit,
    Containers: { min: 0, max: 15 },
    'InferenceExecutionConfig.Mode': { oneOf: ['Serial', 'Direct'] },
    ...containerLimits('PrimaryContainer'),
    ...containerLimits('Containers[]'),
    ...tagLimits,
  },
  run(input, state) {
    const { kernel } = state;
    const name = input.ModelName ?? '';
    const { Tags: tags, ...kept } = input;
    const model: Model = { name, arn: sageMakerArn(kernel, 'model', name), createdAtMs: kernel.clock.now(), input: structuredClone(kept) };
    if (isTaken(state.models, name)) throw existsAlready('model', model.arn);
    const containers = containersOf(model);
    if (input.PrimaryContainer && input.Containers?.length) {
      throw validationException('Specify one of either PrimaryContainer or Containers, not both.');
    }
    if (containers.length === 0) throw validationException('Either PrimaryContainer or Containers must be specified.');
    for (const container of containers) {
      if (container.ModelPackageName !== undefined) throw notEmulated('models made from a model package (ContainerDefinition.ModelPackageName)');
      if (container.Image === undefined) {
        throw validationException('Specify one of either Image and Model Data URL or ModelPackageName in container definition.');
      }
      if (container.ModelDataUrl !== undefined && container.ModelDataSource) {
        throw validationException('Specify one of either ModelDataUrl or ModelDataSource in container definition.');
      }
      checkEnvironment(container.Environment ?? {});
      const missing = missingParts(state.options, container);
      if (missing) throw missing;
    }
    keep(state.models, model);
    tagNew(state, model.arn, tags);
    publishModelState(kernel, model);
    return { ModelArn: model.arn };
  },
});
