import { AwsError } from '../aws-error.ts';
import { arnOf } from '../kernel.ts';
import type { Endpoint, SageMaker } from '../sagemaker/state.ts';

/** The runtime's own name for a bad request; the control plane's is ValidationException. */
export const validationError = (message: string): AwsError => new AwsError('ValidationError', message);

/** What a container is called in an error that is the variant's only one. */
export const onlyContainer = 'primary';

export const timedOutText = (container: string): string =>
  `Your invocation timed out while waiting for a response from container ${container}. Review the latency metrics for each container in Amazon CloudWatch, resolve the issue, and try again.`;

/**
 * 424: the container answered badly, or not at all.
 *
 * @param answer.status the container's own; 0 where it gave none
 * @param answer.from which of the variant's containers
 * @param answer.says AWS's whole explanation, where it adds no link to the logs
 */
export function modelError(
  state: SageMaker,
  endpoint: Endpoint,
  answer: { readonly status: number; readonly message: string; readonly from: string; readonly says?: string },
): AwsError {
  const { kernel } = state;
  const group = `/aws/sagemaker/Endpoints/${endpoint.name}`;
  const kind = answer.status >= 400 && answer.status < 500 ? 'client' : 'server';
  const received = `Received ${kind} error (${answer.status}) from ${answer.from} with message "${answer.message}".`;
  const where = `See https://${kernel.region}.console.aws.amazon.com/cloudwatch/home?region=${kernel.region}#logEventViewer:group=${group} in account ${kernel.account} for more information.`;
  return new AwsError('ModelError', answer.says === undefined ? `${received} ${where}` : received.slice(0, -1), {
    status: 424,
    fields: {
      ErrorCode: kind === 'client' ? 'CLIENT_ERROR_FROM_MODEL' : 'INTERNAL_FAILURE_FROM_MODEL',
      OriginalStatusCode: answer.status,
      OriginalMessage: answer.message,
      LogStreamArn: arnOf(kernel, 'logs', `log-group:${group}`),
    },
  });
}
