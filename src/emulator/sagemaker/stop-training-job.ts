import type { StopTrainingJobCommandInput } from '@aws-sdk/client-sagemaker';
import { validationException } from '../aws-error.ts';
import { defineOperation } from '../operation.ts';
import { nameLimit } from './limits.ts';
import { onResource, trainingJobNamed } from './resources.ts';
import type { SageMaker } from './state.ts';
import { enter } from './training.ts';

/** Asks only: the container gets SIGTERM and 120 s of wall time, what it has written by then is kept. */
export const stopTrainingJob = defineOperation<SageMaker, StopTrainingJobCommandInput, Record<string, never>>({
  name: 'StopTrainingJob',
  access: (input, state) => [onResource(state, 'StopTrainingJob', 'training-job', input.TrainingJobName ?? '')],
  limits: { TrainingJobName: { ...nameLimit, min: 1 } },
  run(input, state) {
    const job = trainingJobNamed(state, input.TrainingJobName ?? '');
    if (job.status === 'Stopping') return {};
    if (job.status !== 'InProgress') throw validationException(`The request was rejected because the training job is in status ${job.status}.`);
    // While it uploads, the run is over: there is nothing left to stop, and the job ends as it would have.
    if (job.secondaryStatus !== 'Uploading') {
      enter(state, job, 'Stopping', 'Stopping');
      job.stop();
    }
    return {};
  },
});
