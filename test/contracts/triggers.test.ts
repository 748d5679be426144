import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import type { JsonObject } from '../../src/emulator/events/json.ts';
import { parsePattern } from '../../src/emulator/events/pattern.ts';
import { DeliverySpec } from '../../src/rollout/spec.ts';
import { triggerOf, triggers, triggersOf } from '../../src/triggers/registry.ts';
import { packagedService } from '../package.ts';
import { deliveryWith, exampleOf, hasPage } from './documents.ts';

type AnyTrigger = ReturnType<typeof triggerOf>;
type Sample = JsonObject & {
  readonly source: string;
  readonly 'detail-type': string;
  readonly time: string;
};

/** An event of each trigger: `test/events/<name>.json`; where an AWS event's shape is from stands in origins.json. */
const samples: Readonly<Record<string, string>> = {
  'image-pushed': 'ecr-image-action-push',
  'image-scanned': 'ecr-image-scan-complete',
  'source-pushed': 'codecommit-reference-updated',
  'bundle-uploaded': 's3-object-created',
  'source-announced': 'own/sluice-source-pushed',
  schedule: 'events-scheduled-rule',
  'drift-found': 'sagemaker-processing-job-violations',
  'model-approved': 'sagemaker-model-package-approved',
  'model-rejected': 'sagemaker-model-package-rejected',
};
const folder = new URL('../events/', import.meta.url);
const read = (name: string) => JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8')) as Sample; // test/events/origins.test.ts holds each to the envelope.
const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.json') && name !== 'origins.json')
  .map((name) => name.replaceAll(path.sep, '/').replace('.json', ''));

interface Rule {
  readonly Type: string;
  readonly Properties: {
    readonly EventPattern?: unknown;
    readonly ScheduleExpression?: string;
    readonly Targets?: readonly { readonly Arn: { readonly 'Fn::GetAtt'?: readonly string[] }; readonly DeadLetterConfig?: unknown }[];
  };
}
let rules: readonly Rule['Properties'][] = [];
beforeAll(async () => {
  const template = JSON.parse(readFileSync(path.join(await packagedService(), 'cloudformation-template-update-stack.json'), 'utf8')) as {
    Resources: Record<string, Rule>;
  }; // What CloudFormation would read.
  rules = Object.values(template.Resources)
    .filter(({ Type }) => Type === 'AWS::Events::Rule')
    .map(({ Properties }) => Properties)
    .filter(({ Targets }) => Targets?.some(({ Arn }) => Arn['Fn::GetAtt']?.[0] === 'StartRolloutLambdaFunction'));
});

/** A delivery of a page's triggers with what any trigger may need: source is built, and there is something to train. */
const deliveryFor = (section: Record<string, unknown>) =>
  deliveryWith({ build: { repository: 'models/churn' }, train: { instanceType: 'ml.m5.large', channels: {} }, ...section });

describe.each(triggers.map((trigger): [string, AnyTrigger] => [trigger.type, trigger]))('trigger %s', (type, trigger) => {
  const sample = (): Sample => read(samples[type] ?? `no-event-of-${type}`);
  const page = `triggers/${type}.md`;
  const spec = () => {
    const [wish] = z.parse(DeliverySpec, deliveryFor(exampleOf(page))).triggers;
    if (wish?.type !== type) throw new Error(`The first trigger in the example of docs/${page} is not ${type}`);
    return wish;
  };

  test('has a rule in the packaged template with exactly its pattern, or its schedule', () => {
    const wanted = trigger.schedule === undefined ? { EventPattern: trigger.pattern } : { ScheduleExpression: trigger.schedule };
    const [rule, ...more] = rules.filter(({ EventPattern, ScheduleExpression }) =>
      trigger.schedule === undefined ? JSON.stringify(EventPattern) === JSON.stringify(trigger.pattern) : ScheduleExpression === trigger.schedule,
    );
    expect(rules.map(({ EventPattern, ScheduleExpression }) => ({ EventPattern, ScheduleExpression }))).toContainEqual(wanted);
    expect(more).toEqual([]);
    expect(rule?.Targets).toMatchObject([{ DeadLetterConfig: { Arn: { 'Fn::GetAtt': ['DeadLetters', 'Arn'] } } }]);
  });

  test('names source and detail-type in its pattern, by which its events are told from others', () => {
    expect(trigger.pattern).toMatchObject({ source: [expect.any(String)], 'detail-type': [expect.any(String)] });
  });

  test('reads its event and asks for one thing', () => {
    expect(Object.keys(samples), `add an event of ${type} to test/events/ and to this file`).toContain(type);
    const event = z.parse(trigger.event, sample());
    const request = trigger.toRequest(event, spec());
    expect(request).toMatchObject({ kind: expect.any(String) as string, trigger: type, dedupeKey: expect.stringMatching(/./) as string });
    // When it happened, not when it was read.
    expect(request.occurredAtMs).toBeLessThanOrEqual(Date.parse(sample().time));
    expect(trigger.subjectOf(event)).toMatch(/^[a-z]+(\/.+)?$/);
  });

  test('asks the same when its event comes again under another id', () => {
    const again = { ...sample(), id: 'f3b1a9c8-0000-4000-8000-000000000000' };
    expect(trigger.toRequest(z.parse(trigger.event, again), spec())).toEqual(trigger.toRequest(z.parse(trigger.event, sample()), spec()));
  });

  test('reads what its rule lets through, and nothing its rule keeps back', () => {
    const pattern = parsePattern(JSON.stringify(trigger.pattern));
    const alike = names.filter((name) => triggersOf(read(name)).includes(trigger));
    expect(alike).toContain(samples[type]);
    for (const name of alike) {
      const event = read(name);
      expect(z.safeParse(trigger.event, event).success, name).toBe(pattern.matches(event));
    }
  });

  test('has a page whose example is a delivery’s', () => {
    expect(hasPage(page), `docs/${page} is missing: one question, one example, defaults and units in a table`).toBe(true);
    expect(triggerOf(spec())).toBe(trigger);
    expect(trigger.subjectsOf(spec()).length).toBeGreaterThan(0);
  });

  test('refuses a field it does not know', () => {
    const [example] = exampleOf(page)['triggers'] as [Record<string, unknown>]; // Parsed as one above.
    const refused = z.safeParse(DeliverySpec, deliveryFor({ triggers: [{ ...example, somethingElse: 1 }] }));
    expect(refused.error?.issues).toMatchObject([{ code: 'unrecognized_keys', path: ['triggers', 0] }]);
  });
});

test.each(names)('%s is one trigger’s event or nobody’s, also where two share source and detail-type', (name) => {
  const readers = triggersOf(read(name)).filter((trigger) => z.safeParse(trigger.event, read(name)).success);
  const [owner] = Object.entries(samples).find(([, sample]) => sample === name) ?? [];
  expect(readers.length).toBeLessThanOrEqual(1);
  if (owner !== undefined) expect(readers.map(({ type }) => type)).toEqual([owner]);
});

test('no rule starts rollouts for what no trigger reads', () => {
  expect(rules).toHaveLength(triggers.length);
});

test('a person’s start, which is no event, has a page as well', () => expect(hasPage('triggers/person.md')).toBe(true));
