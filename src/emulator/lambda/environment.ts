import type { Identities } from '../iam/identities.ts';
import type { Kernel } from '../kernel.ts';
import type { FunctionVersion } from './function.ts';

/**
 * The `process.env` of an execution environment: what Lambda sets, the keys of the function's role, and the template's
 * variables. `AWS_ENDPOINT_URL` brings the SDK to the emulator; the code needs to know of nothing.
 */
export function environmentFor(
  kernel: Kernel,
  identities: Pick<Identities, 'accessKeyFor'>,
  endpointUrl: string,
  version: FunctionVersion,
  logStream: string,
): Record<string, string> {
  const { settings } = version;
  const key = identities.accessKeyFor(settings.roleArn);
  return {
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    PATH: '/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin',
    HOME: '/home/sbx_user1051',
    NODE_PATH: '/opt/nodejs/node24/node_modules:/opt/nodejs/node_modules:/var/runtime/node_modules:/var/runtime:/var/task',
    ...settings.variables,
    _HANDLER: settings.handler,
    LAMBDA_TASK_ROOT: '/var/task',
    LAMBDA_RUNTIME_DIR: '/var/runtime',
    AWS_REGION: kernel.region,
    AWS_DEFAULT_REGION: kernel.region,
    AWS_EXECUTION_ENV: `AWS_Lambda_${settings.runtime}`,
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_FUNCTION_NAME: version.functionName,
    AWS_LAMBDA_FUNCTION_VERSION: version.version,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(settings.memoryMb),
    AWS_LAMBDA_LOG_GROUP_NAME: settings.logGroup,
    AWS_LAMBDA_LOG_STREAM_NAME: logStream,
    AWS_ACCESS_KEY_ID: key.accessKeyId,
    AWS_SECRET_ACCESS_KEY: key.secretAccessKey,
    AWS_SESSION_TOKEN: key.sessionToken,
    AWS_ENDPOINT_URL: endpointUrl,
  };
}
