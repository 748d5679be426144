import type { GetAuthorizationTokenCommandInput, GetAuthorizationTokenCommandOutput } from '@aws-sdk/client-ecr';
import { defineOperation } from '../operation.ts';
import type { EcrState } from './state.ts';

const twelveHoursMs = 12 * 3_600_000;

/** A token as `docker login` takes it. The registry's own HTTP API, which would ask for it, is not emulated. */
export const getAuthorizationToken = defineOperation<
  EcrState,
  GetAuthorizationTokenCommandInput,
  Omit<GetAuthorizationTokenCommandOutput, '$metadata'>
>({
  name: 'GetAuthorizationToken',
  access: () => [{ action: 'ecr:GetAuthorizationToken', resource: '*' }],
  run: (_, { kernel }) => ({
    authorizationData: [
      {
        authorizationToken: Buffer.from(`AWS:${kernel.random.hex('ecr/authorization-token', 32)}`).toString('base64'),
        expiresAt: new Date(kernel.clock.now() + twelveHoursMs),
        proxyEndpoint: `https://${kernel.account}.dkr.ecr.${kernel.region}.amazonaws.com`,
      },
    ],
  }),
});
