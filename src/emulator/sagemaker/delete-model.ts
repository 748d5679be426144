import type { DeleteModelCommandInput } from '@aws-sdk/client-sagemaker';
import { defineOperation } from '../operation.ts';
import { publishModelState } from './events.ts';
import { modelNameLimit } from './limits.ts';
import { forget, modelNamed, onResource } from './resources.ts';
import type { SageMaker } from './state.ts';

/** AWS lets a model go while an endpoint runs it; what runs keeps running. */
export const deleteModel = defineOperation<SageMaker, DeleteModelCommandInput, Record<string, never>>({
  name: 'DeleteModel',
  access: (input, state) => [onResource(state, 'DeleteModel', 'model', input.ModelName ?? '')],
  limits: { ModelName: modelNameLimit },
  run(input, state) {
    const model = modelNamed(state, input.ModelName ?? '');
    forget(state, state.models, model);
    publishModelState(state.kernel, model);
    return {};
  },
});
