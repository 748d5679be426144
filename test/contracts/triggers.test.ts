import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { DeliverySpec } from '../../src/rollout/spec.ts';
import { triggerOf, triggers } from '../../src/triggers/registry.ts';
import { packagedService } from '../package.ts';
import { deliveryWith, exampleOf, hasPage } from './documents.ts';

/** A recorded event of each trigger: `test/events/<name>.json`, with its origin beside. */
const samples: Readonly<Record<string, string>> = { 'image-pushed': 'ecr-image-action-push' };

interface Rule {
  readonly Type: string;
  readonly Properties: {
    readonly EventPattern?: unknown;
    readonly Targets?: readonly { readonly Arn: { readonly 'Fn::GetAtt'?: readonly string[] } }[];
  };
}
let rules: readonly Rule[] = [];
beforeAll(async () => {
  const template = JSON.parse(readFileSync(path.join(await packagedService(), 'cloudformation-template-update-stack.json'), 'utf8')) as {
    Resources: Record<string, Rule>;
  }; // What CloudFormation would read.
  rules = Object.values(template.Resources).filter(({ Type }) => Type === 'AWS::Events::Rule');
});
const startRules = () =>
  rules.filter(({ Properties }) => Properties.Targets?.some(({ Arn }) => Arn['Fn::GetAtt']?.[0] === 'StartRolloutLambdaFunction'));

describe.each(triggers.map((trigger) => [trigger.type, trigger] as const))('trigger %s', (type, trigger) => {
  const sample = (): unknown => JSON.parse(readFileSync(new URL(`../events/${samples[type]}.json`, import.meta.url), 'utf8'));

  test('has a rule in the packaged template with exactly its pattern', () => {
    expect(startRules().map(({ Properties }) => Properties.EventPattern)).toContainEqual(trigger.pattern);
  });

  test('names source and detail-type in its pattern, by which its events are told from others', () => {
    expect(trigger.pattern).toMatchObject({ source: [expect.any(String)], 'detail-type': [expect.any(String)] });
  });

  test('reads a recorded event and asks for a digest, once', () => {
    expect(samples[type], `add a recorded event of ${type} to this file`).toBeDefined();
    expect(existsSync(new URL(`../events/${samples[type]}.json`, import.meta.url))).toBe(true);
    const event = z.parse(trigger.event, sample());
    const request = trigger.toRequest(event);
    expect(request).toMatchObject({
      trigger: type,
      imageDigest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) as string,
      occurredAtMs: expect.any(Number) as number,
      dedupeKey: expect.stringMatching(/./) as string,
    });
    expect(trigger.toRequest(z.parse(trigger.event, { ...(sample() as object), id: 'another' }))).toEqual(request);
    expect(trigger.subjectOf(event)).toMatch(/./);
  });

  test('has a page whose example is a delivery’s', () => {
    const page = `triggers/${type}.md`;
    expect(hasPage(page), `docs/${page} is missing: one question, one example, defaults and units in a table`).toBe(true);
    const [spec] = z.parse(DeliverySpec, deliveryWith(exampleOf(page))).triggers;
    expect(spec && triggerOf(spec).type).toBe(type);
    expect(spec && trigger.subjectsOf(spec).length).toBeGreaterThan(0);
  });

  test('refuses a field it does not know', () => {
    const [example] = exampleOf(`triggers/${type}.md`)['triggers'] as [Record<string, unknown>]; // Parsed as one above.
    const refused = z.safeParse(DeliverySpec, deliveryWith({ triggers: [{ ...example, somethingElse: 1 }] }));
    expect(refused.error?.issues).toMatchObject([{ code: 'unrecognized_keys', path: ['triggers', 0] }]);
  });
});

test('no rule starts rollouts for what no trigger reads', () => {
  expect(startRules()).toHaveLength(triggers.length);
});

test('a person’s start, which is no event, has a page as well', () => expect(hasPage('triggers/person.md')).toBe(true));
