import { createRequire } from 'node:module';
import { JsonCodec, XmlCodec } from '@aws-sdk/core/protocols';
import { CborShapeDeserializer, CborShapeSerializer, cbor } from '@smithy/core/cbor';
import { NormalizedSchema } from '@smithy/core/schema';
import type { ServiceId } from '../operation.ts';

/**
 * The emulator's only door to the SDK's packages at run time: the schemas each client ships, and the SDK's own codecs over them.
 *
 * A schema knows names, types, which members are required (the first so many) and where REST protocols put them. It knows no
 * lengths, patterns or enums: those are each operation's `limits`.
 */
export type Schema = NormalizedSchema;

/** One operation as the SDK's model has it. */
export interface OperationSchema {
  readonly name: string;
  readonly input: Schema;
  readonly output: Schema;
  /** `[method, path template, success status]` where the operation has HTTP bindings. */
  readonly http: readonly [method: string, path: string, status: number] | undefined;
}

export interface ServiceSchemas {
  /** `com.amazonaws.sagemaker`. */
  readonly namespace: string;
  readonly operations: ReadonlyMap<string, OperationSchema>;
  /** By name, as in the model. */
  readonly errors: ReadonlyMap<string, Schema>;
}

/** A loader a service: a client takes 5 to 140 ms to load, and few runs need all. */
const clients: Readonly<Record<ServiceId, string>> = {
  sagemaker: '@aws-sdk/client-sagemaker',
  'sagemaker-runtime': '@aws-sdk/client-sagemaker-runtime',
  cloudwatch: '@aws-sdk/client-cloudwatch',
  sfn: '@aws-sdk/client-sfn',
  events: '@aws-sdk/client-eventbridge',
  dynamodb: '@aws-sdk/client-dynamodb',
  lambda: '@aws-sdk/client-lambda',
  ecr: '@aws-sdk/client-ecr',
  sns: '@aws-sdk/client-sns',
  sqs: '@aws-sdk/client-sqs',
  sts: '@aws-sdk/client-sts',
  s3: '@aws-sdk/client-s3',
  logs: '@aws-sdk/client-cloudwatch-logs',
  'application-autoscaling': '@aws-sdk/client-application-auto-scaling',
  codebuild: '@aws-sdk/client-codebuild',
  ssm: '@aws-sdk/client-ssm',
};

// `require` rather than `import()`: it answers at once, and nothing may await real I/O under the virtual clock.
const require = createRequire(import.meta.url);

/** How the SDK encodes a schema: a tuple whose first entry is its kind. */
type Encoded = readonly [kind: number, namespace: string, name: string, traits: unknown, ...rest: unknown[]];
const operationKind = 9;
const errorKind = -3;

const isEncoded = (value: unknown): value is Encoded => Array.isArray(value) && typeof value[0] === 'number' && typeof value[2] === 'string';

// NormalizedSchema.of takes the SDK's union of schema tuples; what a client exports under `$` is one of them.
const normalise = (schema: unknown): Schema => NormalizedSchema.of(schema as Parameters<typeof NormalizedSchema.of>[0]);

function httpOf(traits: unknown): OperationSchema['http'] {
  if (typeof traits !== 'object' || traits === null || !('http' in traits)) return undefined;
  const [method, path, status] = traits.http as [string, string, number | string]; // the http trait is this tuple in every client
  return [method, path, Number(status)];
}

const loaded = new Map<ServiceId, ServiceSchemas>();

/** All schemas of a service; loads its client when first asked, 5 to 140 ms, without awaiting anything. */
export function schemasOf(service: ServiceId): ServiceSchemas {
  let schemas = loaded.get(service);
  if (!schemas) {
    const operations = new Map<string, OperationSchema>();
    const errors = new Map<string, Schema>();
    let namespace = '';
    for (const value of Object.values(require(clients[service]) as Record<string, unknown>)) {
      if (!isEncoded(value)) continue;
      const [kind, ns, name, traits, input, output] = value;
      if (kind === errorKind) errors.set(name, normalise(value));
      if (kind !== operationKind) continue;
      namespace = ns;
      operations.set(name, { name, input: normalise(input), output: normalise(output), http: httpOf(traits) });
    }
    schemas = { namespace, operations, errors };
    loaded.set(service, schemas);
  }
  return schemas;
}

/** A member of a structure. */
export interface Member {
  readonly name: string;
  readonly schema: Schema;
  /** Clients' own tokens are not: the SDK fills those in. */
  readonly required: boolean;
}

/** A structure's members, in the model's order; read once, because every call's input and output is walked by them. */
export function membersOf(structure: Schema): readonly Member[] {
  const encoded = structure.getSchema() as object; // a structure's is a tuple
  let members = membersBySchema.get(encoded);
  if (!members) {
    const count = Array.isArray(encoded) && typeof encoded[6] === 'number' ? encoded[6] : 0;
    members = [...structure.structIterator()].map(([name, schema], index) => ({
      name,
      schema,
      required: index < count && !schema.isIdempotencyToken(),
    }));
    membersBySchema.set(encoded, members);
  }
  return members;
}
const membersBySchema = new WeakMap<object, readonly Member[]>();

const epochSeconds = 7;
const dateTime = 5;

const jsonCodecs = {
  rpc: new JsonCodec({ timestampFormat: { useTrait: true, default: epochSeconds }, jsonName: false }),
  rest: new JsonCodec({ timestampFormat: { useTrait: true, default: epochSeconds }, jsonName: true }),
};

/** Which names JSON carries: a member's own (`rpc`), or its `jsonName` (`rest`). */
export type JsonNames = keyof typeof jsonCodecs;

/** A parsed JSON document as the typed value its schema says. Unknown members are left out. */
export const fromJson = (schema: Schema, document: unknown, names: JsonNames): unknown =>
  // The codec's type asks for a DocumentType, which JSON.parse always yields.
  jsonCodecs[names].createDeserializer().readObject(schema, document as Parameters<ReturnType<JsonCodec['createDeserializer']>['readObject']>[1]);

/** A typed value as JSON text. Members its schema doesn't have are left out. */
export function toJson(schema: Schema, value: unknown, names: JsonNames): string {
  const serializer = jsonCodecs[names].createSerializer();
  serializer.write(schema, value);
  return serializer.flush();
}

export const parseCbor = (bytes: Uint8Array): unknown => cbor.deserialize(bytes) as unknown;

export const fromCbor = (schema: Schema, document: unknown): unknown => new CborShapeDeserializer().readValue(schema, document) as unknown;

export function toCbor(schema: Schema, value: unknown): Uint8Array {
  const serializer = new CborShapeSerializer();
  serializer.write(schema, value);
  return serializer.flush();
}

/** A value of no schema (an error that isn't modelled) as CBOR. */
export const anyToCbor = (value: unknown): Uint8Array => cbor.serialize(value);

/** XML text as the typed value its schema says. */
export const fromXml = (schema: Schema, text: Uint8Array, serviceNamespace: string): unknown =>
  xmlCodec(serviceNamespace).createDeserializer().read(schema, text) as unknown;

/** A structure as XML, its own name (or `xmlName`) as the root. */
export function toXml(schema: Schema, value: unknown, serviceNamespace: string, xmlNamespace?: string): string {
  const serializer = xmlCodec(serviceNamespace, xmlNamespace).createSerializer();
  serializer.write(schema, value);
  return serializer.flush() as string; // structures always flush to text
}

const xmlCodec = (serviceNamespace: string, xmlNamespace?: string) =>
  new XmlCodec({
    timestampFormat: { useTrait: true, default: dateTime },
    serviceNamespace,
    // The codec takes an absent namespace as undefined; its type wants text.
    xmlNamespace: xmlNamespace as string,
  });
