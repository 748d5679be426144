import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod/mini';
import { branchOf, deliverySchema, fieldsIn, type JsonSchema, schemaAt } from '../../scripts/schema.ts';
import { gates } from '../../src/gates/registry.ts';
import { toSeconds } from '../../src/rollout/duration.ts';
import { DeliverySpec } from '../../src/rollout/spec.ts';
import { strategies } from '../../src/strategies/registry.ts';
import { triggers } from '../../src/triggers/registry.ts';
import { exampleOf, readPage, valuesAt } from './documents.ts';

/** Paths of all fields below a schema, as docs/ write them. */
function pathsOf(schema: JsonSchema, below = ''): string[] {
  const paths = Object.entries(schema.properties ?? {}).flatMap(([name, inner]) => {
    const here = below === '' ? name : `${below}.${name}`;
    // One of several: each field once, whichever has it.
    if (inner.oneOf) return [here, ...new Set(inner.oneOf.flatMap((branch) => pathsOf(branch, here).filter((path) => path !== `${here}.type`)))];
    if (inner.properties) return [here, ...pathsOf(inner, here)];
    if (inner.items?.properties) return [here, ...pathsOf(inner.items, `${here}[]`)];
    if (typeof inner.additionalProperties === 'object' && inner.additionalProperties.properties)
      return [here, ...pathsOf(inner.additionalProperties, `${here}.*`)];
    return [here];
  });
  return paths.toSorted((a, b) => (a < b ? -1 : 1));
}
const documented = (page: string) => fieldsIn(readPage(page)).map((field) => field.path);
const sorted = (paths: readonly string[]) => paths.toSorted((a, b) => (a < b ? -1 : 1));
const schema = z.toJSONSchema(DeliverySpec, { io: 'input' }) as JsonSchema; // zod writes draft 2020-12.

const container = '111122223333.dkr.ecr.eu-west-1.amazonaws.com/features:v1';

/** The least that must be written, every section once: all else is a default. */
const least = {
  name: 'churn',
  triggers: [{ type: 'image-pushed', repository: 'models/churn' }],
  build: { repository: 'models/churn' },
  image: { signature: {}, scan: { severity: 'HIGH' } },
  train: {
    instanceType: 'ml.m5.large',
    channels: { train: { uri: 's3://b/t/' } },
    script: { entryPoint: 'train.py', source: 's3://b/s.tar.gz' },
    metrics: [{ name: 'a', regex: '(b)' }],
    accept: [{ metric: 'a', champion: {} }],
  },
  register: {},
  serve: {
    endpoint: 'churn',
    instanceType: 'ml.m5.large',
    pipeline: { before: [{ image: container }], after: [{ image: container }] },
  },
  approval: {},
  strategy: { type: 'all-at-once', bake: '5m' },
};

describe('docs/delivery.md', () => {
  test('explains every field of a delivery, and no other', () => {
    expect(sorted(documented('delivery.md'))).toEqual(pathsOf(schema).filter((path) => !/^(triggers|strategy|gates)(\[\])?\./.test(path)));
  });

  test('shows a delivery that is valid', () => expect(z.safeParse(DeliverySpec, exampleOf('delivery.md')).error?.issues).toBeUndefined());

  test('has the defaults and the duties the code has', () => {
    const { pipeline: _p, ...serve } = least.serve;
    const { metrics: _m, accept: _a, ...train } = least.train;
    const { image: _i, ...rest } = least;
    const given = z.parse(DeliverySpec, least);
    // A list or a section nobody wrote has a default of its own.
    const bare = z.parse(DeliverySpec, { ...rest, serve: { ...serve, pipeline: {} }, train });
    for (const field of fieldsIn(readPage('delivery.md'))) {
      const parent = schemaAt(schema, field.path.split('.').slice(0, -1).join('.')) ?? schema;
      const required = parent.required?.includes(field.path.split('.').at(-1) ?? '') === true;
      expect(field.default === 'required', `${field.path}: required or not`).toBe(required);
      if (required || field.default === 'none') continue;
      const said: unknown = parse(field.default);
      // A field that is a duration in seconds is written as people write it, also inside a section's default.
      const inSeconds = (value: unknown): unknown =>
        typeof value === 'object' && value !== null && !Array.isArray(value)
          ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, toSeconds(String(inner)) ?? inner]))
          : value;
      const expected =
        schemaAt(schema, field.path)?.pattern?.includes('smhd') === true || field.unit === 'duration' ? toSeconds(String(said)) : inSeconds(said);
      const values = [...valuesAt(given, field.path), ...valuesAt(bare, field.path)];
      expect(values, `${field.path}: default ${field.default}`).toContainEqual(expected);
    }
  });
});

const variants = [
  ...gates.map(({ type }) => ['gates', type] as const),
  ...strategies.map(({ type }) => ['strategies', type] as const),
  ...triggers.map(({ type }) => ['triggers', type] as const),
];

describe.each(variants)('docs/%s/%s.md', (folder, type) => {
  const branch = branchOf(schema, folder, type) ?? {};
  const page = `${folder}/${type}.md`;

  test('explains every field, and no other', () => {
    expect(sorted(documented(page))).toEqual(pathsOf(branch).filter((path) => path !== 'type' && path !== 'metric'));
  });

  test('has the defaults and the duties the code has', () => {
    for (const field of fieldsIn(readPage(page))) {
      const keys = field.path.split('.');
      const parent = (keys.length > 1 ? schemaAt(branch, keys.slice(0, -1).join('.')) : branch) ?? {};
      expect(field.default === 'required', `${field.path}: required or not`).toBe(parent.required?.includes(keys.at(-1) ?? '') === true);
      if (field.default === 'required') continue;
      expect(field.default === 'none' ? undefined : parse(field.default), `${field.path}: default`).toEqual(schemaAt(branch, field.path)?.default);
    }
  });

  test('asks one question and has one example', () => {
    expect(readPage(page).match(/^# .*\?$/gm)).toHaveLength(1);
    expect(readPage(page).match(/^```yaml$/gm)).toHaveLength(1);
  });
});

describe('delivery.schema.json', () => {
  const committed = () => JSON.parse(readFileSync(new URL('../../delivery.schema.json', import.meta.url), 'utf8')) as JsonSchema; // Compared whole.

  test('is what scripts/schema.ts writes', () => {
    expect(committed(), 'run `npx node scripts/schema.ts`').toEqual(deliverySchema());
  });

  test('tells an editor what each field means', () => {
    const silent = (node: JsonSchema, below: string): string[] => [
      ...Object.entries(node.properties ?? {}).flatMap(([name, inner]) =>
        inner.description === undefined && name !== 'type' && name !== 'metric' ? [`${below}.${name}`, ...silent(inner, name)] : silent(inner, name),
      ),
      ...(node.items ? silent(node.items, `${below}[]`) : []),
      ...(typeof node.additionalProperties === 'object' ? silent(node.additionalProperties, `${below}.*`) : []),
      ...(node.oneOf ?? []).flatMap((branch) => silent(branch, below)),
    ];
    expect(silent(committed(), '')).toEqual([]);
  });
});
