import { AwsError, notEmulated } from '../aws-error.ts';
import type { Caller } from '../iam/caller.ts';
import type { Identities } from '../iam/identities.ts';
import type { Kernel } from '../kernel.ts';
import { schemasOf } from '../wire/schemas.ts';
import { conditionHolds, resolve, type Scope } from './intrinsics.ts';
import { creationOrder } from './order.ts';
import type { Made, Making } from './resource-type.ts';
import { resourceTypes } from './resources/registry.ts';
import { shaped } from './shape.ts';
import { invalidTemplate, isRecord, parameterValues, type ResourceDeclaration, type Template } from './template.ts';

/** What a stack is made from. */
export interface StackParts {
  readonly kernel: Kernel;
  readonly identities: Pick<Identities, 'createRole' | 'addPolicy'>;
  /** Who makes it. */
  readonly administrator: Caller;
  readonly stackName: string;
  readonly template: Template;
  readonly parameters: Readonly<Record<string, string>>;
  /** A file of the package by its name; undefined where there is none. */
  readonly artifact: (name: string) => Uint8Array | undefined;
}

export interface StackResource {
  readonly type: string;
  /** What `Ref` of it is. */
  readonly physicalId: string;
}

export interface Stack {
  readonly outputs: Readonly<Record<string, string>>;
  /** By logical id, in the order they were made. */
  readonly resources: ReadonlyMap<string, StackResource>;
}

/** Everything in a template that isn't known, found before anything is made. */
function refuseUnknown(resources: ReadonlyMap<string, ResourceDeclaration>): void {
  const unknown: string[] = [];
  for (const [logicalId, { Type, Properties }] of resources) {
    const type = resourceTypes.get(Type);
    if (!type) {
      unknown.push(`the resource type ${Type} ("${logicalId}")`);
      continue;
    }
    for (const name of Object.keys(Properties)) {
      if (!type.properties.includes(name) && !(type.inert ?? []).includes(name)) unknown.push(`the property ${name} of ${Type} ("${logicalId}")`);
    }
  }
  if (unknown.length > 0) throw notEmulated(unknown.join(', '));
}

/** Leaves out what is undefined, at every depth: templates have no such value, APIs would take it for one. */
function present(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(present);
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, one]) => one !== undefined)
      .map(([key, one]) => [key, one instanceof Uint8Array ? one : present(one)]),
  );
}

/**
 * Makes everything a template asks for, each resource through the API of its service.
 *
 * A resource, property or intrinsic function that isn't known is refused by name before anything is made.
 *
 * @throws AwsError with AWS's code; the message names the logical id
 */
export async function makeStack(parts: StackParts): Promise<Stack> {
  const { kernel, template, stackName } = parts;
  const { account, region } = kernel;
  const made = new Map<string, Made>();
  const parameters = new Map<string, string | readonly string[]>([
    ...parameterValues(template, parts.parameters),
    ['AWS::AccountId', account],
    ['AWS::Partition', 'aws'],
    ['AWS::Region', region],
    ['AWS::StackName', stackName],
    ['AWS::StackId', `arn:aws:cloudformation:${region}:${account}:stack/${stackName}/${kernel.random.uuid('cloudformation/stack-id')}`],
    ['AWS::URLSuffix', 'amazonaws.com'],
  ]);
  const builtOf = (logicalId: string): Made => {
    const found = made.get(logicalId);
    if (!found) throw invalidTemplate(`Unresolved resource dependencies [${logicalId}]`);
    return found;
  };
  const scope: Scope = {
    template,
    parameters,
    ref: (logicalId) => builtOf(logicalId).ref,
    attribute(logicalId, name) {
      const value = builtOf(logicalId).attributes[name];
      if (value === undefined) {
        throw notEmulated(`the attribute ${name} of ${template.resources.get(logicalId)?.Type ?? 'a resource'} ("${logicalId}")`);
      }
      return value;
    },
  };

  const wanted = new Map([...template.resources].filter(([, { Condition }]) => Condition === undefined || conditionHolds(Condition, scope)));
  refuseUnknown(wanted);
  const order = creationOrder(wanted, scope);

  for (const logicalId of order) {
    const declaration = wanted.get(logicalId);
    const type = declaration && resourceTypes.get(declaration.Type);
    if (!declaration || !type) continue;
    const generatedName = (longest = 255) => {
      const suffix = kernel.random.hex('cloudformation/name', 6).toUpperCase();
      return `${`${stackName}-${logicalId}`.slice(0, longest - suffix.length - 1)}-${suffix}`;
    };
    const making: Making = {
      logicalId,
      stackName,
      account,
      region,
      identities: parts.identities,
      generatedName,
      async call(service, operation, input) {
        const schema = schemasOf(service).operations.get(operation);
        if (!schema) throw notEmulated(`${service}:${operation}`);
        const typed = shaped(schema.input, present(input), '');
        // Every operation answers a structure.
        return ((await kernel.cloud.call(service, operation, typed, parts.administrator)) ?? {}) as Record<string, unknown>;
      },
      artifact(s3Key) {
        const name = s3Key.slice(s3Key.lastIndexOf('/') + 1);
        const found = parts.artifact(name);
        if (!found) throw new AwsError('ValidationError', `The package has no file "${name}", which the resource "${logicalId}" names as "${s3Key}"`);
        return found;
      },
    };
    try {
      const all = resolve(declaration.Properties, scope, `the resource "${logicalId}"`) as Record<string, unknown>;
      const properties = Object.fromEntries(
        Object.entries(all).filter(([name]) => type.properties.includes(name) || !(type.inert ?? []).includes(name)),
      );
      made.set(logicalId, await type.make(properties, making));
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      throw new AwsError(error.code, `Cannot create the resource "${logicalId}" (${declaration.Type}): ${error.message}`, {
        status: error.status,
        fields: error.fields,
        cause: error,
      });
    }
  }

  const outputs: Record<string, string> = {};
  for (const [name, { Value, Condition }] of template.outputs) {
    if (Condition !== undefined && !conditionHolds(Condition, scope)) continue;
    const value = resolve(Value, scope, `the output "${name}"`);
    outputs[name] = typeof value === 'string' ? value : JSON.stringify(value);
  }
  return {
    outputs,
    resources: new Map([...made].map(([logicalId, { ref }]) => [logicalId, { type: wanted.get(logicalId)?.Type ?? '', physicalId: ref }])),
  };
}
