import { AwsError, notEmulated } from '../aws-error.ts';

/** One parameter as the template declares it. */
export interface ParameterDeclaration {
  readonly Type: string;
  readonly Default?: unknown;
  readonly AllowedValues?: readonly unknown[];
  readonly AllowedPattern?: string;
}

export interface ResourceDeclaration {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly DependsOn: readonly string[];
  /** Name of the condition it is made under; unset: always. */
  readonly Condition?: string;
}

export interface OutputDeclaration {
  readonly Value: unknown;
  readonly Condition?: string;
}

/** A CloudFormation template, its sections present and in the order they were written. */
export interface Template {
  readonly parameters: ReadonlyMap<string, ParameterDeclaration>;
  readonly mappings: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>;
  readonly conditions: ReadonlyMap<string, unknown>;
  readonly resources: ReadonlyMap<string, ResourceDeclaration>;
  readonly outputs: ReadonlyMap<string, OutputDeclaration>;
}

export const invalidTemplate = (message: string): AwsError => new AwsError('ValidationError', `Template format error: ${message}`);

export const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

const sections = new Set(['AWSTemplateFormatVersion', 'Description', 'Metadata', 'Parameters', 'Mappings', 'Conditions', 'Resources', 'Outputs']);
const resourceMembers = new Set(['Type', 'Properties', 'DependsOn', 'Condition', 'DeletionPolicy', 'UpdateReplacePolicy', 'Metadata']);

function section(template: Record<string, unknown>, name: string): [string, Record<string, unknown>][] {
  const value = template[name] ?? {};
  if (!isRecord(value)) throw invalidTemplate(`${name} must be an object`);
  return Object.entries(value).map(([key, one]) => {
    if (!isRecord(one)) throw invalidTemplate(`${name}.${key} must be an object`);
    return [key, one];
  });
}

function resourceOf(logicalId: string, value: Record<string, unknown>): ResourceDeclaration {
  const { Type, Properties = {}, DependsOn = [], Condition } = value;
  if (typeof Type !== 'string') throw invalidTemplate(`[/Resources/${logicalId}] Every Resources object must contain a Type member.`);
  const unknown = Object.keys(value).find((name) => !resourceMembers.has(name));
  if (unknown !== undefined) throw notEmulated(`the attribute ${unknown} of the resource "${logicalId}"`);
  if (!isRecord(Properties)) throw invalidTemplate(`[/Resources/${logicalId}/Properties] must be an object`);
  const before: unknown[] = Array.isArray(DependsOn) ? DependsOn : [DependsOn];
  return {
    Type,
    Properties,
    DependsOn: before.map(String),
    ...(typeof Condition === 'string' && { Condition }),
  };
}

/**
 * Reads a template from JSON text.
 *
 * @throws AwsError `ValidationError` in CloudFormation's manner; `NotEmulated` naming a section or attribute that isn't known
 */
export function parseTemplate(text: string): Template {
  const template = JSON.parse(text) as unknown;
  if (!isRecord(template)) throw invalidTemplate('the template must be an object');
  const unknown = Object.keys(template).find((name) => !sections.has(name));
  if (unknown !== undefined) throw notEmulated(`the section ${unknown} of a CloudFormation template`);
  return {
    // The declarations' own members are checked where they are used.
    parameters: new Map(section(template, 'Parameters').map(([name, value]) => [name, value as unknown as ParameterDeclaration])),
    mappings: (template['Mappings'] ?? {}) as Template['mappings'],
    conditions: new Map(section(template, 'Conditions')),
    resources: new Map(section(template, 'Resources').map(([logicalId, value]) => [logicalId, resourceOf(logicalId, value)])),
    outputs: new Map(section(template, 'Outputs').map(([name, value]) => [name, value as unknown as OutputDeclaration])),
  };
}

/**
 * The values of a template's parameters: those given, else the defaults.
 *
 * @throws AwsError `ValidationError` for a parameter that is unknown, missing or not allowed
 */
export function parameterValues(template: Template, given: Readonly<Record<string, string>>): Map<string, string | string[]> {
  const values = new Map<string, string | string[]>();
  const unknown = Object.keys(given).filter((name) => !template.parameters.has(name));
  if (unknown.length > 0) throw new AwsError('ValidationError', `Parameters: [${unknown.join(', ')}] do not exist in the template`);
  const missing = [...template.parameters].filter(([name, { Default }]) => Default === undefined && given[name] === undefined);
  if (missing.length > 0) throw new AwsError('ValidationError', `Parameters: [${missing.map(([name]) => name).join(', ')}] must have values`);
  for (const [name, declaration] of template.parameters) {
    const { Type, Default, AllowedValues, AllowedPattern } = declaration;
    const value = given[name] ?? String(Default);
    switch (Type) {
      case 'String':
      case 'Number':
        if (Type === 'Number' && !Number.isFinite(Number(value))) {
          throw new AwsError('ValidationError', `Parameter '${name}' must be a number.`);
        }
        if (AllowedValues && !AllowedValues.map(String).includes(value)) {
          throw new AwsError('ValidationError', `Parameter '${name}' must be one of AllowedValues`);
        }
        if (AllowedPattern !== undefined && !new RegExp(`^(?:${AllowedPattern})$`).test(value)) {
          throw new AwsError('ValidationError', `Parameter '${name}' must match pattern ${AllowedPattern}`);
        }
        values.set(name, value);
        break;
      case 'CommaDelimitedList':
      case 'List<Number>':
        values.set(
          name,
          value.split(',').map((one) => one.trim()),
        );
        break;
      default:
        throw notEmulated(`the type ${Type} of the parameter "${name}"`);
    }
  }
  return values;
}
