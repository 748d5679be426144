import { AwsError } from '../../aws-error.ts';
import type { ServiceId } from '../../operation.ts';
import { instantText, isObject, type Json, type JsonObject } from '../json.ts';
import { StateError } from '../state-error.ts';
import { asText, drawRequestId, exceptionName, type Integration, readArguments } from './integration.ts';
import { modelledErrors } from './modelled-errors.ts';

type SdkName = keyof typeof modelledErrors;

interface SdkService {
  readonly id: ServiceId;
  /** As in error names and causes: `DynamoDb.ResourceNotFoundException`. */
  readonly prefix: string;
  /** The API writes its members in camel case; Step Functions takes and gives them in Pascal case. */
  readonly camel?: true;
  /** Members the API wants as text, which may be given as objects. */
  readonly textMembers?: readonly string[];
  /** Members the API wants as bytes. */
  readonly byteMembers?: readonly string[];
}

const services: Readonly<Record<SdkName, SdkService>> = {
  sagemaker: { id: 'sagemaker', prefix: 'SageMaker' },
  sagemakerruntime: { id: 'sagemaker-runtime', prefix: 'SageMakerRuntime', byteMembers: ['Body'] },
  cloudwatch: { id: 'cloudwatch', prefix: 'CloudWatch' },
  sfn: { id: 'sfn', prefix: 'Sfn', camel: true, textMembers: ['Input', 'Output', 'Definition'] },
  eventbridge: { id: 'events', prefix: 'EventBridge', textMembers: ['Detail'] },
  dynamodb: { id: 'dynamodb', prefix: 'DynamoDb' },
  lambda: { id: 'lambda', prefix: 'Lambda', byteMembers: ['Payload'] },
  ecr: { id: 'ecr', prefix: 'Ecr', camel: true },
  sns: { id: 'sns', prefix: 'Sns', textMembers: ['Message'] },
  sqs: { id: 'sqs', prefix: 'Sqs', textMembers: ['MessageBody'] },
  sts: { id: 'sts', prefix: 'Sts' },
  s3: { id: 's3', prefix: 'S3', byteMembers: ['Body'] },
  cloudwatchlogs: { id: 'logs', prefix: 'CloudWatchLogs', camel: true },
  applicationautoscaling: { id: 'application-autoscaling', prefix: 'ApplicationAutoScaling' },
};

const isSdkName = (name: string): name is SdkName => name in services;

/** `arn:aws:states:::aws-sdk:<service>:<operation>`, for every service that is emulated; undefined for others. */
export function awsSdk(service: string, action: string): Integration | undefined {
  if (!isSdkName(service)) return undefined;
  const { id, prefix } = services[service];
  const operation = action.charAt(0).toUpperCase() + action.slice(1);
  return (args) => {
    const input = toSdkInput(service, readArguments(args, []));
    return async ({ kernel, caller }) => {
      try {
        return fromSdkOutput(service, await kernel.cloud.call(id, operation, input, caller()));
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
        const requestId = drawRequestId(kernel);
        throw new StateError(
          `${prefix}.${exceptionName(error.code, modelledErrors[service]) ?? `${prefix}Exception`}`,
          `${error.message} (Service: ${prefix}, Status Code: ${error.status}, Request ID: ${requestId}) (SDK Attempt Count: 1)`,
        );
      }
    };
  };
}

/** A time given as text, in a member named for one; the SDK's shape has a `Date` there. */
const timeMember = /(Time|Timestamp|Date|TimeAfter|TimeBefore|DateAfter|DateBefore)$/;
const instant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/;

/**
 * Arguments of a Task as the SDK takes them: member names in the API's case, times as `Date`, bytes as bytes, objects
 * serialised where the API wants text.
 */
export function toSdkInput(service: SdkName, args: JsonObject): unknown {
  const { camel, textMembers = [], byteMembers = [] } = services[service];
  const convert = (value: Json, member: string): unknown => {
    if (textMembers.includes(member) && typeof value === 'object' && value !== null) return JSON.stringify(value);
    if (byteMembers.includes(member)) return Buffer.from(asText(value), 'utf8');
    if (typeof value === 'string' && timeMember.test(member) && instant.test(value)) return new Date(value);
    // Narrowing by Array.isArray loses the element type of a readonly array.
    if (Array.isArray(value)) return (value as readonly Json[]).map((item) => convert(item, member));
    if (!isObject(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [camel ? key.charAt(0).toLowerCase() + key.slice(1) : key, convert(item, key)]),
    );
  };
  return convert(args, '');
}

/** An SDK's answer as JSON in Step Functions' case: dates and bytes as text, nothing of the SDK's own. */
export function fromSdkOutput(service: SdkName, output: unknown): Json {
  const { camel } = services[service];
  const convert = (value: unknown): Json => {
    if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
    if (value instanceof Date) return instantText(value.getTime());
    if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
    if (Array.isArray(value)) return value.map(convert);
    if (typeof value === 'bigint') return Number(value);
    if (typeof value !== 'object') return null;
    return Object.fromEntries(
      Object.entries(value)
        .filter(([key, item]) => item !== undefined && key !== '$metadata')
        .map(([key, item]) => [camel ? key.charAt(0).toUpperCase() + key.slice(1) : key, convert(item)]),
    );
  };
  return convert(output ?? {});
}
