import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { jsonSchemas } from '../../src/app/json-schemas.ts';
import type { Gate, GateContext, GatePorts } from '../../src/gates/gate.ts';
import { type GateSpec, gateOf, gates, stageOf } from '../../src/gates/registry.ts';
import type { InvokeAnswer } from '../../src/ports/invocations.ts';
import type { Heard } from '../../src/ports/judges.ts';
import type { Datapoint } from '../../src/ports/metrics.ts';
import { Unavailable } from '../../src/rollout/errors.ts';
import { DeliverySpec } from '../../src/rollout/spec.ts';
import { unreadable } from '../../src/rollout/unreadable.ts';
import type { Verdict } from '../../src/rollout/verdict.ts';
import { before, context, minute } from '../gates/fixture.ts';
import { deliveryWith, exampleOf, hasPage, readPage } from './documents.ts';

/** Every world a gate may be asked about: alarms in any state, metrics with and without data, models that answer or not, a first deployment or not. */
const datapoints = fc
  .array(fc.option(fc.double({ min: 0, max: 1000, noNaN: true })), { minLength: 0, maxLength: 4 })
  .map((values): Datapoint[] => values.flatMap((value, index) => (value === null ? [] : [{ atMs: minute(index), value }])));
const alarmState = fc.constantFrom('OK', 'ALARM', 'INSUFFICIENT_DATA', 'MISSING');
const answers = fc.array(
  fc.record({
    status: fc.constantFrom(200, 200, 200, 400, 500),
    contentType: fc.constant('application/json'),
    body: fc.oneof(fc.json(), fc.constantFrom('{"predictions":[0.5]}', '0.5', '')),
  }),
  { minLength: 1, maxLength: 4 },
);
const worlds = fc.record({
  series: fc.array(datapoints, { minLength: 4, maxLength: 4 }),
  state: alarmState,
  entered: fc.boolean(),
  first: fc.boolean(),
  answers,
  heard: fc.constantFrom<Heard[]>(
    { kind: 'answered', text: '{"result":"failed","reason":"too-sad","evidence":{"mood":0.1}}' },
    { kind: 'answered', text: '{"result":"successful","reason":"content"}' },
    { kind: 'answered', text: 'yes' },
    { kind: 'timed-out' },
    { kind: 'too-large' },
    { kind: 'address-refused', text: '10.0.0.1' },
    { kind: 'failed', text: 'boom' },
  ),
  stored: fc.constantFrom('', '{"contentType":"text/csv","body":"1"}\n'.repeat(30), 'no JSON'),
});
type GivenWorld = Omit<typeof worlds extends fc.Arbitrary<infer W> ? W : never, 'heard'> & { readonly heard: Heard | undefined };
/** Nothing is known, and nobody answers. */
const silence: GivenWorld = { series: [[], [], [], []], state: 'MISSING', entered: false, first: false, answers: [], stored: '', heard: undefined };

async function ask(gate: Gate<string, z.ZodMiniType, unknown, GatePorts>, spec: GateSpec, given: GivenWorld): Promise<[Verdict, Verdict]> {
  const alarmName = gate.alarmNames?.(spec, context().canary)[0] ?? 'none';
  const now = stageOf(spec) === 'baking' ? context() : before();
  const { stable: _, ...first } = now;
  const about: GateContext = {
    ...(given.first ? first : now),
    alarmsEntered: given.entered ? [{ alarmName, atMs: minute(1) }] : [],
  };
  let series = 0;
  let asked = 0;
  const answer = (): InvokeAnswer => {
    const next = given.answers[asked++ % Math.max(1, given.answers.length)];
    if (!next) throw new Unavailable('Nobody answers');
    return next;
  };
  const heard = (): Heard => {
    if (!given.heard) throw new Unavailable('Nobody answers');
    return given.heard;
  };
  const ports: GatePorts = {
    alarms: {
      async statesOf(names) {
        const { state } = given;
        return state === 'MISSING' ? [] : names.map((name) => ({ alarmName: name, state, reason: 'because', changedAtMs: 0, dimensions: {} }));
      },
      enteredSince: async () => [],
    },
    metrics: {
      read: async (queries) => queries.map(() => given.series[series++ % 4] ?? []),
      compute: async () => given.series[series++ % 4] ?? [],
    },
    clock: { now: () => about.nowMs },
    invocations: { invoke: async () => answer() },
    functions: { ask: async () => heard() },
    webhooks: { ask: async () => heard() },
    schemas: jsonSchemas(),
    storedObjects: { list: async (prefix) => [`${prefix}a.jsonl`], read: async () => given.stored },
  };
  return gate.measure(spec, ports, about).then(
    (measurement) => [gate.judge(measurement, spec, about), gate.judge(structuredClone(measurement), structuredClone(spec), structuredClone(about))],
    (error: unknown) => [unreadable(error), unreadable(error)],
  );
}

describe.each(gates.map((gate) => [gate.type, `gates/${gate.type}.md`] as const))('gate %s', (type, page) => {
  const examples = () => (hasPage(page) ? (exampleOf(page)['gates'] as Record<string, unknown>[]) : []);
  const specs = () => z.parse(DeliverySpec, deliveryWith({ gates: examples() })).gates;

  test('has a page whose example is a delivery’s, and shows this gate', () => {
    expect(hasPage(page), `docs/${page} is missing: one question, one example, defaults and units in a table`).toBe(true);
    expect(specs().map((spec) => spec.type)).toContain(type);
  });

  test('is found by its type', () => {
    for (const spec of specs()) expect(gateOf(spec).type).toBe(spec.type);
  });

  test('judges the same measurement the same, with a reason and JSON for evidence', async () => {
    for (const spec of specs()) {
      await fc.assert(
        fc.asyncProperty(worlds, async (given) => {
          const [verdict, again] = await ask(gateOf<GatePorts>(spec), spec, given);
          expect(again).toEqual(verdict);
          expect(verdict.result).toMatch(/^(successful|failed|inconclusive)$/);
          expect(verdict.reason).toMatch(/^[a-z]+(-[a-z]+)*$/);
          expect(JSON.parse(JSON.stringify(verdict.evidence))).toEqual(verdict.evidence);
          expect(Object.keys(verdict.evidence)).not.toEqual([]);
        }),
        { numRuns: 60 },
      );
    }
  });

  test('has no success without any evidence', async () => {
    for (const spec of specs()) {
      const [verdict] = await ask(gateOf<GatePorts>(spec), spec, silence);
      expect(verdict.result).toBe('inconclusive');
    }
  });

  test('explains every reason it may give on its page', () => {
    const source = readFileSync(new URL(`../../src/gates/${type}.ts`, import.meta.url), 'utf8');
    const reasons = [...source.matchAll(/\b(?:failed|inconclusive|successful)\('([^']+)'/g)].map(([, reason]) => reason ?? '');
    expect(reasons.length).toBeGreaterThan(1);
    expect(reasons.filter((reason) => !readPage(page).includes(`\`${reason}\``))).toEqual([]);
  });

  test('refuses a field it does not know', () => {
    for (const example of examples()) {
      const parsed = z.safeParse(DeliverySpec, deliveryWith({ gates: [{ ...example, somethingElse: 1 }] }));
      expect(parsed.error?.issues).toMatchObject([{ code: 'unrecognized_keys', keys: ['somethingElse'], path: ['gates', 0] }]);
    }
  });
});

test('every gate is listed once', () => expect(new Set(gates.map(({ type }) => type)).size).toBe(gates.length));
test('an unknown gate is an error with its place, never a default', () => {
  expect(z.safeParse(DeliverySpec, deliveryWith({ gates: [{ type: 'horoscope' }] })).error?.issues[0]?.path.slice(0, 2)).toEqual(['gates', 0]);
});
