import type { FunctionConfiguration, FunctionEventInvokeConfig, FunctionUrlAuthType } from '@aws-sdk/client-lambda';
import { AwsError } from '../aws-error.ts';
import { arnOf, type Kernel } from '../kernel.ts';
import type { CodePackage } from './code.ts';

/** What a function is configured with. Never changed in place: an update makes a new one. */
export interface FunctionSettings {
  readonly handler: string;
  readonly runtime: string;
  readonly roleArn: string;
  readonly description: string;
  readonly timeoutSeconds: number;
  readonly memoryMb: number;
  readonly variables: Readonly<Record<string, string>>;
  /** Unset: failed asynchronous events go nowhere. */
  readonly deadLetterArn?: string;
  readonly tracing: 'Active' | 'PassThrough';
  readonly architectures: readonly ('arm64' | 'x86_64')[];
  readonly ephemeralStorageMb: number;
  readonly logGroup: string;
}

/** Code and settings under one version number: what instances are started from. */
export interface FunctionVersion {
  readonly functionName: string;
  /** `$LATEST`, or `1`, `2`, ... */
  readonly version: string;
  readonly settings: FunctionSettings;
  readonly code: CodePackage;
  readonly modifiedAtMs: number;
  readonly revisionId: string;
}

export interface FunctionUrl {
  /** The part of the address that names it. */
  readonly id: string;
  readonly authType: FunctionUrlAuthType;
  readonly createdAtMs: number;
}

/** What happens to asynchronous events that cannot be handled. */
export type AsyncConfig = Pick<FunctionEventInvokeConfig, 'MaximumRetryAttempts' | 'MaximumEventAgeInSeconds' | 'DestinationConfig'> & {
  readonly modifiedAtMs: number;
};

/** One statement of a function's resource policy, as `AddPermission` takes it. */
export interface PermissionStatement {
  readonly sid: string;
  readonly action: string;
  readonly principal: string;
  readonly sourceArn?: string;
  readonly sourceAccount?: string;
  readonly urlAuthType?: FunctionUrlAuthType;
  /** Holds for calls through the function's URL only. */
  readonly viaUrl?: boolean;
}

export interface LambdaFunction {
  readonly name: string;
  readonly arn: string;
  latest: FunctionVersion;
  readonly published: FunctionVersion[];
  /** Unset: shares the account's concurrency. */
  reservedConcurrency?: number;
  /** Invocations running now, of all versions. */
  running: number;
  tags: Record<string, string>;
  url?: FunctionUrl;
  /** By qualifier. */
  readonly asyncConfigs: Map<string, AsyncConfig>;
  readonly permissions: PermissionStatement[];
}

export type Functions = Map<string, LambdaFunction>;

const reference = /^(?:arn:aws[\w-]*:lambda:[\w-]+:(\d{12}):function:|(\d{12}):function:)?([\w-]{1,64})(?::(\$LATEST|[\w-]+))?$/;

/** A function as callers name it: its name, a partial or a full ARN, each with or without a qualifier. */
export function referenceOf(functionName: string): { readonly name: string; readonly qualifier?: string } {
  const found = reference.exec(functionName);
  if (!found) throw new AwsError('InvalidParameterValueException', `Value '${functionName}' at 'functionName' is not a function name or ARN`);
  const [, , , name = '', qualifier] = found;
  return qualifier === undefined ? { name } : { name, qualifier };
}

/** A function's ARN as permissions are asked for it: with the qualifier the caller used. */
export function arnNamed(kernel: Pick<Kernel, 'account' | 'region'>, functionName: string | undefined, qualifier?: string): string {
  const named = referenceOf(functionName ?? '');
  const suffix = qualifier ?? named.qualifier;
  return arnOf(kernel, 'lambda', `function:${named.name}${suffix === undefined ? '' : `:${suffix}`}`);
}

const notFound = (arn: string) => new AwsError('ResourceNotFoundException', `Function not found: ${arn}`, { status: 404, fields: { Type: 'User' } });

/**
 * The function and version a caller names.
 *
 * @throws AwsError `ResourceNotFoundException` for an unknown function or version
 */
export function functionNamed(
  kernel: Pick<Kernel, 'account' | 'region'>,
  functions: Functions,
  functionName: string | undefined,
  qualifier?: string,
): { readonly fn: LambdaFunction; readonly version: FunctionVersion; readonly qualifier?: string } {
  const named = referenceOf(functionName ?? '');
  if (named.qualifier !== undefined && qualifier !== undefined && named.qualifier !== qualifier) {
    throw new AwsError('InvalidParameterValueException', 'The derived qualifier from the function name does not match the specified qualifier.');
  }
  const wanted = qualifier ?? named.qualifier;
  const fn = functions.get(named.name);
  if (!fn) throw notFound(arnNamed(kernel, functionName, wanted));
  const version = wanted === undefined || wanted === '$LATEST' ? fn.latest : fn.published.find((one) => one.version === wanted);
  if (!version) throw notFound(`${fn.arn}:${wanted}`);
  return wanted === undefined ? { fn, version } : { fn, version, qualifier: wanted };
}

/** `2026-11-22T10:00:00.000+0000`: Lambda's own way to write a time. */
const lastModified = (atMs: number) => new Date(atMs).toISOString().replace('Z', '+0000');

/** A version as `GetFunctionConfiguration` shows it. `qualified` when the caller asked for a version by name. */
export function configurationOf(fn: LambdaFunction, version: FunctionVersion, qualified: boolean): FunctionConfiguration {
  const { settings, code } = version;
  return {
    FunctionName: fn.name,
    FunctionArn: qualified ? `${fn.arn}:${version.version}` : fn.arn,
    // Checked against the runtimes we run when the function was made.
    Runtime: settings.runtime as NonNullable<FunctionConfiguration['Runtime']>,
    Role: settings.roleArn,
    Handler: settings.handler,
    CodeSize: code.size,
    Description: settings.description,
    Timeout: settings.timeoutSeconds,
    MemorySize: settings.memoryMb,
    LastModified: lastModified(version.modifiedAtMs),
    CodeSha256: code.sha256,
    Version: version.version,
    ...(Object.keys(settings.variables).length > 0 && { Environment: { Variables: { ...settings.variables } } }),
    ...(settings.deadLetterArn !== undefined && { DeadLetterConfig: { TargetArn: settings.deadLetterArn } }),
    TracingConfig: { Mode: settings.tracing },
    RevisionId: version.revisionId,
    State: 'Active',
    LastUpdateStatus: 'Successful',
    PackageType: 'Zip',
    Architectures: [...settings.architectures],
    EphemeralStorage: { Size: settings.ephemeralStorageMb },
    SnapStart: { ApplyOn: 'None', OptimizationStatus: 'Off' },
    LoggingConfig: { LogFormat: 'Text', LogGroup: settings.logGroup },
  };
}
