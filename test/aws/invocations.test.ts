import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import { beforeEach, describe, expect, test } from 'vitest';
import { sageMakerInvocations } from '../../src/aws/invocations.ts';
import { rejection } from '../emulator/front-fixture.ts';
import { refuse, scriptedAws } from './client.ts';

let aws: ReturnType<typeof scriptedAws>;
beforeEach(() => {
  aws = scriptedAws();
});
const invocations = () => sageMakerInvocations(new SageMakerRuntimeClient(aws.options));

describe('invoke()', () => {
  const request = { contentType: 'text/csv', body: '1,2' };
  test('asks one variant, whatever its weight, and tells who answered', async () => {
    aws.serve('sagemaker-runtime', {
      InvokeEndpoint: () => ({ Body: Buffer.from('0.7'), ContentType: 'text/csv', InvokedProductionVariant: 'churn-b' }),
    });
    expect(await invocations().invoke('churn', 'churn-b', request)).toEqual({
      status: 200,
      contentType: 'text/csv',
      body: '0.7',
      variantName: 'churn-b',
    });
    expect(aws.asked('InvokeEndpoint')).toMatchObject([{ EndpointName: 'churn', TargetVariant: 'churn-b', ContentType: 'text/csv' }]);
  });

  test('answers with the container’s own status where SageMaker makes an error of it', async () => {
    aws.serve('sagemaker-runtime', {
      InvokeEndpoint: refuse('ModelError', 'Received server error (500) from primary', {
        status: 424,
        fields: { OriginalStatusCode: 500, OriginalMessage: 'boom' },
      }),
    });
    expect(await invocations().invoke('churn', 'churn-b', request)).toEqual({ status: 500, contentType: 'text/plain', body: 'boom' });
  });

  test('takes no answer for a bad one only where AWS itself failed', async () => {
    aws.serve('sagemaker-runtime', { InvokeEndpoint: refuse('ServiceUnavailable', 'later', { status: 503 }) });
    expect((await rejection(invocations().invoke('churn', 'churn-b', request))).name).toBe('Unavailable');
  });

  test('waits no longer than a container may take, whatever becomes of the call', async () => {
    const silent = createServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { region, credentials } = aws.options;
    const endpoint = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    const invoking = sageMakerInvocations(new SageMakerRuntimeClient({ region, credentials, endpoint }), 50).invoke('churn', 'churn-b', request);
    expect((await rejection(invoking)).name).toBe('Unavailable');
    silent.closeAllConnections();
    silent.close();
  });
});
