import type { Identities } from '../iam/identities.ts';
import type { ServiceId } from '../operation.ts';

/** Properties with their intrinsic functions carried out. */
export type Properties = Readonly<Record<string, unknown>>;

/** What a resource is made with. */
export interface Making {
  readonly logicalId: string;
  readonly stackName: string;
  readonly account: string;
  readonly region: string;
  readonly identities: Pick<Identities, 'createRole' | 'addPolicy'>;
  /**
   * Calls an API as the account's administrator. Text becomes number or boolean where the API wants one; a member the API
   * doesn't have is refused by name; members that are undefined are left out.
   */
  readonly call: (service: ServiceId, operation: string, input: Readonly<Record<string, unknown>>) => Promise<Record<string, unknown>>;
  /** A name as CloudFormation makes one: stack, logical id and chance. */
  readonly generatedName: (longest?: number) => string;
  /** A file of the package, found by the last part of an S3 key. @throws AwsError `ValidationError` */
  readonly artifact: (s3Key: string) => Uint8Array;
}

export interface Made {
  /** What `Ref` of it is. */
  readonly ref: string;
  /** What `Fn::GetAtt` knows. */
  readonly attributes: Readonly<Record<string, string>>;
}

/** One CloudFormation resource type. */
export interface ResourceType {
  readonly type: string;
  /** Properties that do something here. */
  readonly properties: readonly string[];
  /** Properties that change nothing we emulate, whatever they are. */
  readonly inert?: readonly string[];
  make(properties: Properties, making: Making): Promise<Made>;
}

export const defineResource = (type: ResourceType): ResourceType => type;

/** A property that must be text when it is there. */
export function textOr(properties: Properties, name: string, otherwise: () => string): string {
  const value = properties[name];
  return typeof value === 'string' ? value : value === undefined ? otherwise() : JSON.stringify(value);
}

/** CloudFormation's list of tags as the map some APIs want. */
export const tagMap = (tags: unknown): Record<string, string> | undefined =>
  tags === undefined ? undefined : Object.fromEntries((tags as { Key: string; Value: unknown }[]).map(({ Key, Value }) => [Key, String(Value)]));

/** The members of `properties` that are named and present. */
export const picked = (properties: Properties, names: readonly string[]): Record<string, unknown> =>
  Object.fromEntries(names.filter((name) => properties[name] !== undefined).map((name) => [name, properties[name]]));
