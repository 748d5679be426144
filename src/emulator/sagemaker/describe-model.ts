import type { DescribeModelCommandInput, DescribeModelCommandOutput } from '@aws-sdk/client-sagemaker';
import { defineOperation } from '../operation.ts';
import { modelNameLimit } from './limits.ts';
import { modelNamed, onResource } from './resources.ts';
import type { SageMaker } from './state.ts';

export const describeModel = defineOperation<SageMaker, DescribeModelCommandInput, Omit<DescribeModelCommandOutput, '$metadata'>>({
  name: 'DescribeModel',
  access: (input, state) => [onResource(state, 'DescribeModel', 'model', input.ModelName ?? '')],
  limits: { ModelName: modelNameLimit },
  run(input, state) {
    const model = modelNamed(state, input.ModelName ?? '');
    return {
      EnableNetworkIsolation: false,
      ...(model.input.Containers && { InferenceExecutionConfig: { Mode: 'Serial' as const } }),
      ...structuredClone(model.input),
      ModelName: model.name,
      ModelArn: model.arn,
      CreationTime: new Date(model.createdAtMs),
    };
  },
});
