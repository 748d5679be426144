import type { ServiceId } from '../operation.ts';

/** How a service is told apart on the wire, and how it speaks. */
export interface ServiceWire {
  /** The name it is signed under. */
  readonly scope: string;
  /** The service's shape in the model: before the dot of `x-amz-target`, and in rpc-v2-cbor's path. */
  readonly shape: string;
  /** AWS JSON's version, where it speaks AWS JSON. */
  readonly json?: '1.0' | '1.1';
  readonly rest?: 'json' | 'xml';
  /** Version and XML namespace, where it speaks the query protocol. */
  readonly query?: { readonly version: string; readonly xmlNamespace: string };
  /** A JSON service that also tells the query protocol's error codes. */
  readonly queryCompatible?: true;
  /** What stands before the code in an AWS JSON error's `__type`; a code of the framework's has its own. */
  readonly errorPrefix?: string;
}

export const serviceWires: Readonly<Record<ServiceId, ServiceWire>> = {
  sagemaker: { scope: 'sagemaker', shape: 'SageMaker', json: '1.1' },
  'sagemaker-runtime': { scope: 'sagemaker', shape: 'AmazonSageMakerRuntime', rest: 'json' },
  cloudwatch: {
    scope: 'monitoring',
    shape: 'GraniteServiceVersion20100801',
    json: '1.0',
    query: { version: '2010-08-01', xmlNamespace: 'http://monitoring.amazonaws.com/doc/2010-08-01/' },
    queryCompatible: true,
    errorPrefix: 'com.amazonaws.cloudwatch#',
  },
  sfn: { scope: 'states', shape: 'AWSStepFunctions', json: '1.0', errorPrefix: 'com.amazonaws.swf.service.v2.model#' },
  events: { scope: 'events', shape: 'AWSEvents', json: '1.1' },
  dynamodb: { scope: 'dynamodb', shape: 'DynamoDB_20120810', json: '1.0', errorPrefix: 'com.amazonaws.dynamodb.v20120810#' },
  lambda: { scope: 'lambda', shape: 'AWSGirApiService', rest: 'json' },
  ecr: { scope: 'ecr', shape: 'AmazonEC2ContainerRegistry_V20150921', json: '1.1' },
  sns: {
    scope: 'sns',
    shape: 'AmazonSimpleNotificationService',
    query: { version: '2010-03-31', xmlNamespace: 'http://sns.amazonaws.com/doc/2010-03-31/' },
  },
  sqs: {
    scope: 'sqs',
    shape: 'AmazonSQS',
    json: '1.0',
    query: { version: '2012-11-05', xmlNamespace: 'http://queue.amazonaws.com/doc/2012-11-05/' },
    queryCompatible: true,
    errorPrefix: 'com.amazonaws.sqs#',
  },
  sts: {
    scope: 'sts',
    shape: 'AWSSecurityTokenServiceV20110615',
    query: { version: '2011-06-15', xmlNamespace: 'https://sts.amazonaws.com/doc/2011-06-15/' },
  },
  s3: { scope: 's3', shape: 'AmazonS3', rest: 'xml' },
  logs: { scope: 'logs', shape: 'Logs_20140328', json: '1.1' },
  'application-autoscaling': { scope: 'application-autoscaling', shape: 'AnyScaleFrontendService', json: '1.1' },
  codebuild: { scope: 'codebuild', shape: 'CodeBuild_20161006', json: '1.1' },
  ssm: { scope: 'ssm', shape: 'AmazonSSM', json: '1.1' },
};

const entries = Object.entries(serviceWires) as [ServiceId, ServiceWire][]; // the keys are ServiceIds, by the record's type

export const byShape = (shape: string): ServiceId | undefined => entries.find(([, wire]) => wire.shape === shape)?.[0];

export const byRestScope = (scope: string): ServiceId | undefined => entries.find(([, wire]) => wire.scope === scope && wire.rest)?.[0];

/** A query request's service: by who it was signed for, else by the API version it names. */
export const byQuery = (scope: string | undefined, version: string | undefined): ServiceId | undefined =>
  (entries.find(([, wire]) => wire.query && wire.scope === scope) ?? entries.find(([, wire]) => wire.query && wire.query.version === version))?.[0];
