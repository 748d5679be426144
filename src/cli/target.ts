import { createHash, createHmac } from 'node:crypto';
import { ECRClient } from '@aws-sdk/client-ecr';
import { GetFunctionUrlConfigCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { SignatureV4 } from '@smithy/signature-v4';
import type { Request } from '../app/api.ts';

/** Where a command acts: an AWS account with the user's own credentials, or the embedded one. */
export interface Target {
  readonly region: string;
  /** Unset: AWS itself. */
  readonly endpointUrl?: string;
}

/** What the SDK's clients need for a target; credentials of the embedded AWS are `test`/`test`. */
export function clientConfig(target: Target) {
  if (target.endpointUrl === undefined) return { region: target.region };
  const { accessKeyId, secretAccessKey } = embeddedCredentials;
  return { region: target.region, endpoint: target.endpointUrl, credentials: { accessKeyId, secretAccessKey } };
}

const embeddedCredentials = {
  accessKeyId: process.env['AWS_ACCESS_KEY_ID'] ?? 'test',
  secretAccessKey: process.env['AWS_SECRET_ACCESS_KEY'] ?? 'test',
};

/** @param endpointUrl as given on the command line; else `AWS_ENDPOINT_URL`; else AWS itself */
export function targetOf(options: { readonly endpointUrl?: string | undefined; readonly region?: string | undefined }): Target {
  const endpointUrl = options.endpointUrl ?? process.env['AWS_ENDPOINT_URL'];
  const region = options.region ?? process.env['AWS_REGION'] ?? process.env['AWS_DEFAULT_REGION'] ?? 'us-east-1';
  return { region, ...(endpointUrl !== undefined && endpointUrl !== '' && { endpointUrl }) };
}

export const ecrClient = (target: Target): ECRClient => new ECRClient(clientConfig(target));

/** What the API refused, in its own words. */
export class ApiError extends Error {
  override name = 'ApiError';
}

type HashData = string | ArrayBuffer | ArrayBufferView;
const bytesOf = (data: HashData): Uint8Array | string =>
  typeof data === 'string' ? data : ArrayBuffer.isView(data) ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : new Uint8Array(data);

/** SHA-256 and its HMAC as the signer wants them, on node:crypto. */
class Sha256 {
  readonly #hash;
  constructor(secret?: HashData) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', bytesOf(secret));
  }
  update(data: HashData): void {
    this.#hash.update(bytesOf(data));
  }
  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#hash.digest());
  }
}

/** A client of the API: one signed request a call, as AWS's IAM wants them on a function URL. */
export async function connect(target: Target): Promise<(request: Request) => Promise<unknown>> {
  const lambda = new LambdaClient(clientConfig(target));
  const { FunctionUrl } = await lambda.send(new GetFunctionUrlConfigCommand({ FunctionName: 'sluice-api' })).catch((error: unknown) => {
    const where = target.endpointUrl ?? `AWS in ${target.region}`;
    throw new ApiError(
      `Cannot reach Sluice at ${where}: ${error instanceof Error ? error.message : String(error)}; is it deployed there, and is --endpoint-url right?`,
      { cause: error },
    );
  });
  if (FunctionUrl === undefined) throw new ApiError('Function "sluice-api" has no URL: deploy Sluice again');
  const url = new URL(FunctionUrl);
  const signer = new SignatureV4({
    service: 'lambda',
    region: target.region,
    // The client's own provider chain: the user's profile, environment or instance role.
    credentials: lambda.config.credentials,
    sha256: Sha256,
  });
  return async (request) => {
    const body = JSON.stringify(request);
    const signed = await signer.sign({
      method: 'POST',
      protocol: url.protocol,
      hostname: url.hostname,
      ...(url.port !== '' && { port: Number(url.port) }),
      path: url.pathname,
      query: {},
      headers: { host: url.host, 'content-type': 'application/json' },
      body,
    });
    const answer = await fetch(url, { method: 'POST', headers: signed.headers, body });
    const text = await answer.text();
    const value: unknown = text === '' ? undefined : parsed(text);
    if (!answer.ok) throw new ApiError(messageOf(value) ?? `Sluice's API answered ${answer.status}: ${text.slice(0, 500)}`);
    return value;
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const messageOf = (value: unknown): string | undefined => {
  if (value === null || typeof value !== 'object') return undefined;
  const { message, Message } = value as { message?: unknown; Message?: unknown }; // Ours or AWS's error document; both members are checked.
  return typeof message === 'string' ? message : typeof Message === 'string' ? Message : undefined;
};
