import type { CreateModelCommandInput, CreateModelCommandOutput } from '@aws-sdk/client-sagemaker';
import { defineOperation } from '../operation.ts';
import { publishModelState } from './events.ts';
import { containerLimits, modelNameLimit, roleArnLimit, tagLimits, vpcLimits } from './limits.ts';
import { modelContainers } from './model-containers.ts';
import { existsAlready, isTaken, keep, networkContext, onResource, passRoleAccess, sageMakerArn, taggingAccess } from './resources.ts';
import type { Model, SageMaker } from './state.ts';
import { tagNew } from './tagging.ts';

export const createModel = defineOperation<SageMaker, CreateModelCommandInput, Pick<CreateModelCommandOutput, 'ModelArn'>>({
  name: 'CreateModel',
  access: (input, state) => [
    { ...onResource(state, 'CreateModel', 'model', input.ModelName ?? ''), context: networkContext(input) },
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
    ...vpcLimits,
    ...tagLimits,
  },
  run(input, state) {
    const { kernel } = state;
    const name = input.ModelName ?? '';
    const { Tags: tags, ...kept } = input;
    const arn = sageMakerArn(kernel, 'model', name);
    if (isTaken(state.models, name)) throw existsAlready('model', arn);
    const containers = modelContainers(state, input);
    const model: Model = { name, arn, createdAtMs: kernel.clock.now(), input: structuredClone(kept), containers };
    keep(state.models, model);
    tagNew(state, model.arn, tags);
    publishModelState(kernel, model);
    return { ModelArn: model.arn };
  },
});
