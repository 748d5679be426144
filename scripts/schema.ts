/** Writes delivery.schema.json: what an editor completes and explains in a delivery.yaml. The words are those of docs/. */
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import * as z from 'zod/mini';
import { DeliverySpec } from '../src/rollout/spec.ts';
import { root, run } from './process.ts';

/** What we read and write of a JSON Schema. */
export interface JsonSchema {
  $id?: string;
  title?: string;
  description?: string;
  default?: unknown;
  const?: unknown;
  pattern?: string;
  type?: string | string[];
  required?: readonly string[];
  properties?: Record<string, JsonSchema>;
  items?: JsonSchema;
  additionalProperties?: JsonSchema | boolean;
  oneOf?: readonly JsonSchema[];
}

/** One row of a table of fields in docs/. */
export interface Field {
  /** `strategy.steps[].bake`; `*` is any name. */
  readonly path: string;
  /** `required`, `none`, or the value as YAML. */
  readonly default: string;
  readonly unit: string;
  readonly meaning: string;
}

const folders = { triggers: 'triggers', strategies: 'strategy', gates: 'gates' } as const;

/** The fields a page's tables explain: those with the columns field, default, unit, meaning. */
export function fieldsIn(page: string): readonly Field[] {
  const fields: Field[] = [];
  let inTable = false;
  for (const line of page.split('\n')) {
    const cells = line
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim());
    if (cells.length === 0) inTable = false;
    else if (cells.join() === 'field,default,unit,meaning') inTable = true;
    else if (inTable && !/^-+$/.test(cells[0] ?? '')) {
      const [name = '', standard = '', unit = '', meaning = ''] = cells;
      fields.push({ path: name.replaceAll('`', ''), default: standard.replaceAll('`', ''), unit, meaning });
    }
  }
  return fields;
}

/** The page's sentence and its unit, without Markdown. */
const described = ({ unit, meaning }: Field) =>
  `${meaning}${unit === '' ? '' : ` (${unit})`}`.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').replaceAll(/`/g, '');

/** Adds a page's words to the schema they are about. */
function explain(schema: JsonSchema, fields: readonly Field[], page: string): void {
  for (const field of fields) {
    const places = schemasAt(schema, field.path);
    if (places.length === 0) throw new Error(`${page} explains ${field.path}: a delivery has no such field`);
    for (const found of places) {
      found.description = described(field);
      if (field.default !== 'required' && field.default !== 'none') found.default = parse(field.default);
    }
  }
}

/** The one place of a field. @param fieldPath `strategy.steps[].bake`; `*` is any name */
export const schemaAt = (schema: JsonSchema, fieldPath: string): JsonSchema | undefined => schemasAt(schema, fieldPath)[0];

/** Everywhere a field stands: in each branch of a section that is one of several. */
function schemasAt(schema: JsonSchema, fieldPath: string): readonly JsonSchema[] {
  let found: readonly JsonSchema[] = [schema];
  for (const key of fieldPath.replaceAll('[]', '.[]').split('.')) {
    found = found.flatMap((place) => {
      if (key === '[]') return place.items ?? [];
      if (key === '*') return typeof place.additionalProperties === 'object' ? place.additionalProperties : [];
      return [place, ...(place.oneOf ?? [])].flatMap(({ properties }) => properties?.[key] ?? []);
    });
  }
  return found;
}

/** The branch of a union that a variant's page is about. */
export function branchOf(schema: JsonSchema, folder: keyof typeof folders, type: string): JsonSchema | undefined {
  const section = schema.properties?.[folders[folder]];
  return (section?.items ?? section)?.oneOf?.find((branch) => branch.properties?.['type']?.const === type);
}

/** The JSON Schema of a delivery.yaml, with the words of docs/. */
export function deliverySchema(): JsonSchema {
  const schema = z.toJSONSchema(DeliverySpec, { io: 'input' }) as JsonSchema; // zod writes draft 2020-12.
  schema.title = 'Sluice delivery';
  schema.description = 'How one model reaches one SageMaker endpoint';
  const read = (page: string) => readFileSync(path.join(root, 'docs', page), 'utf8');
  explain(schema, fieldsIn(read('delivery.md')), 'docs/delivery.md');
  for (const folder of ['triggers', 'strategies', 'gates'] as const) {
    for (const page of globSync(`${folder}/*.md`, { cwd: path.join(root, 'docs') }).sort()) {
      const branch = branchOf(schema, folder, path.basename(page, '.md'));
      // A page may be about what needs no field: a person's start.
      if (!branch) continue;
      branch.description = /^# .*?: (.*)$/m.exec(read(page))?.[1] ?? '';
      explain(branch, fieldsIn(read(page)), `docs/${page}`);
    }
  }
  return schema;
}

if (import.meta.main) {
  const file = path.join(root, 'delivery.schema.json');
  writeFileSync(file, JSON.stringify(deliverySchema(), undefined, 2));
  const { code, output } = await run(['biome', 'format', '--write', file], { shows: false, limitSeconds: 60 });
  if (code !== 0) console.error(output);
  process.exitCode = code;
}
