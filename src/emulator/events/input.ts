import { validationException } from '../aws-error.ts';
import type { AwsEvent } from './envelope.ts';
import { isObject, type Json, parseJson } from './json.ts';
import type { RuleTarget } from './state.ts';

/** What the reserved placeholders of a template stand for. */
export interface Occasion {
  readonly ruleArn: string;
  readonly ruleName: string;
  /** Epoch ms at which the bus took the event. */
  readonly receivedAtMs: number;
}

/** `$` and names joined by dots, each perhaps with one index: the part of JSONPath AWS documents for targets. */
const jsonPath = /^\$(\.[A-Za-z0-9_-]+(\[\d+\])?)*$/;
/** At most this many placeholders. */
const mostPaths = 100;
const reserved = ['aws.events.rule-arn', 'aws.events.rule-name', 'aws.events.event.ingestion-time', 'aws.events.event', 'aws.events.event.json'];
const placeholder = /<([A-Za-z0-9_.-]+)>/g;

/** Refuses a target whose Input, InputPath or InputTransformer AWS would refuse at PutTargets. */
export function checkInput(target: RuleTarget): void {
  const given = [target.Input, target.InputPath, target.InputTransformer].filter((one) => one !== undefined);
  if (given.length > 1) throw validationException(`Only one of Input, InputPath, or InputTransformer must be provided for target ${target.Id}.`);
  if (target.Input !== undefined && parseJson(target.Input) === undefined) {
    throw validationException(`JSON syntax error in Input for target ${target.Id}.`);
  }
  if (target.InputPath !== undefined && !jsonPath.test(target.InputPath)) throw validationException(`Invalid InputPath for target ${target.Id}.`);
  const transformer = target.InputTransformer;
  if (!transformer) return;
  const paths = Object.entries(transformer.InputPathsMap ?? {});
  if (paths.length > mostPaths) throw validationException(`InputPathsMap for target ${target.Id} has more than ${mostPaths} entries.`);
  for (const [name, path] of paths) {
    if (!jsonPath.test(path)) throw validationException(`InputPath for target ${target.Id} is not valid for ${name}.`);
    if (name.startsWith('AWS')) throw validationException(`InputPathsMap for target ${target.Id} has a reserved key ${name}.`);
  }
  const names = new Set([...paths.map(([name]) => name), ...reserved]);
  for (const [, name = ''] of (transformer.InputTemplate ?? '').matchAll(placeholder)) {
    if (!names.has(name)) throw validationException(`InputTemplate for target ${target.Id} contains invalid placeholder ${name}.`);
  }
}

/**
 * What a target receives, as text.
 *
 * @returns `undefined` where a template made something that is not JSON out of a JSON template: AWS cannot deliver that
 */
export function inputFor(target: RuleTarget, event: AwsEvent, occasion: Occasion): string | undefined {
  if (target.Input !== undefined) return target.Input;
  if (target.InputPath !== undefined) return JSON.stringify(valueAt(event, target.InputPath) ?? null);
  const transformer = target.InputTransformer;
  if (transformer === undefined) return JSON.stringify(event);
  const values = new Map<string, Json | undefined>([
    ['aws.events.rule-arn', occasion.ruleArn],
    ['aws.events.rule-name', occasion.ruleName],
    ['aws.events.event.ingestion-time', new Date(occasion.receivedAtMs).toISOString()],
    ['aws.events.event', withoutDetail(event)],
    ['aws.events.event.json', event],
  ]);
  for (const [name, path] of Object.entries(transformer.InputPathsMap ?? {})) values.set(name, valueAt(event, path));
  const template = transformer.InputTemplate ?? '';
  const text = fill(template, values);
  const isJsonTemplate = /^\s*[[{]/.test(template);
  return isJsonTemplate && parseJson(text) === undefined ? undefined : text;
}

/** `<aws.events.event>` as recorded: everything but the detail, and `detail-type` as `detailType`. */
function withoutDetail(event: AwsEvent): Json {
  const { detail: _detail, 'detail-type': detailType, ...rest } = event;
  return { ...rest, detailType };
}

function valueAt(event: AwsEvent, path: string): Json | undefined {
  let value: Json | undefined = event;
  for (const [, name = '', index] of path.matchAll(/\.([A-Za-z0-9_-]+)(?:\[(\d+)\])?/g)) {
    value = isObject(value) ? value[name] : undefined;
    if (index !== undefined) value = Array.isArray(value) ? (value as readonly Json[])[Number(index)] : undefined; // Lists of a Json hold Json.
  }
  return value;
}

/** Splices values into a template: as JSON, or as bare text where the placeholder stands inside quotes. */
function fill(template: string, values: ReadonlyMap<string, Json | undefined>): string {
  let text = '';
  let quoted = false;
  for (let i = 0; i < template.length; i++) {
    const character = template.charAt(i);
    if (character === '\\' && quoted) {
      text += character + template.charAt(i + 1);
      i++;
      continue;
    }
    if (character === '"') quoted = !quoted;
    const name = character === '<' ? /^<([A-Za-z0-9_.-]+)>/.exec(template.slice(i))?.[1] : undefined;
    if (name === undefined || !values.has(name)) {
      text += character;
      continue;
    }
    text += quoted ? bare(values.get(name)) : asJson(values.get(name));
    i += name.length + 1;
  }
  return text;
}

const asJson = (value: Json | undefined) => (value === undefined ? '""' : JSON.stringify(value));

/** Inside quotes a text is spliced without quotes of its own, an object loses all of its, and a list keeps them. */
function bare(value: Json | undefined): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return JSON.stringify(value).slice(1, -1);
  const text = JSON.stringify(value);
  return isObject(value) ? text.replaceAll('"', '') : text;
}
