import { InvokeEndpointCommand, SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import type { Invocations, InvokeAnswer } from '../ports/invocations.ts';
import { isMissing, translated } from './errors.ts';

/** A container has 60 s for an answer. What takes longer, further tries included, will not come: who asks has a time-out of its own. */
const longestMs = 70_000;

/** Requests to SageMaker's models through the SDK. */
export function sageMakerInvocations(client: SageMakerRuntimeClient = new SageMakerRuntimeClient(), mostMs: number = longestMs): Invocations {
  return {
    async invoke(EndpointName, TargetVariant, { contentType, accept, body }) {
      try {
        const answer = await client.send(
          new InvokeEndpointCommand({ EndpointName, TargetVariant, ContentType: contentType, Accept: accept, Body: Buffer.from(body) }),
          { abortSignal: AbortSignal.timeout(mostMs) },
        );
        return {
          status: 200,
          contentType: answer.ContentType ?? '',
          body: Buffer.from(answer.Body).toString('utf8'),
          ...(answer.InvokedProductionVariant !== undefined && { variantName: answer.InvokedProductionVariant }),
        };
      } catch (error) {
        return modelErrorOf(error) ?? Promise.reject(translated(error, `Cannot invoke variant "${TargetVariant}" of endpoint "${EndpointName}"`));
      }
    },
  };
}

/** What a container answered where SageMaker reports it as an error: 424 ModelError with the container's own status. */
function modelErrorOf(error: unknown): InvokeAnswer | undefined {
  if (!(error instanceof Error) || isMissing(error)) return undefined;
  if (error.name === 'ModelError') {
    const { OriginalStatusCode, OriginalMessage } = error as { OriginalStatusCode?: number; OriginalMessage?: string } & Error; // As the service model declares ModelError.
    return { status: OriginalStatusCode ?? 500, contentType: 'text/plain', body: OriginalMessage ?? error.message };
  }
  if (error.name === 'ValidationError') return { status: 400, contentType: 'text/plain', body: error.message };
  return undefined;
}
