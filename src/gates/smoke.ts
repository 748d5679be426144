import * as z from 'zod/mini';
import type { InvokeAnswer } from '../ports/invocations.ts';
import { HeaderText } from '../rollout/names.ts';
import { failed, inconclusive, successful } from '../rollout/verdict.ts';
import { type BeforeTrafficPorts, common, defineGate } from './gate.ts';
import { JsonSchemaSpec, jsonOf } from './json-schema.ts';

const Request = z.strictObject({
  contentType: HeaderText,
  accept: z.optional(HeaderText),
  body: z.string().check(z.minLength(1)),
  expectStatus: z._default(z.int().check(z.minimum(200), z.maximum(599)), 200),
  expectText: z.optional(z.string().check(z.minLength(1))),
  expectSchema: z.optional(JsonSchemaSpec),
  maxLatencyMs: z.optional(z.int().check(z.minimum(1), z.maximum(60_000))),
});
type Request = z.output<typeof Request>;

const Spec = z.strictObject({
  type: z.literal('smoke'),
  ...common,
  requests: z.array(Request).check(z.minLength(1), z.maxLength(20)),
});

interface Answered extends InvokeAnswer {
  readonly latencyMs: number;
  /** What the answer's JSON has against the schema; empty without one. */
  readonly schemaFlaws: readonly string[];
}

/** No further request is sent after so long: a container has 60 s for the last one, and the function that asks ends after 300. */
const budgetMs = 200_000;

/** How much of a bad answer is shown. */
const shownCharacters = 200;

function schemaFlaws(request: Request, answer: InvokeAnswer, { schemas }: Pick<BeforeTrafficPorts, 'schemas'>): readonly string[] {
  if (!request.expectSchema || answer.status !== request.expectStatus) return [];
  const value = jsonOf(answer.body);
  return value === undefined ? ['it is no JSON'] : schemas.flawsOf(request.expectSchema, value);
}

function flawsOf(request: Request, answer: Answered, canary: string): string[] {
  const flaws: string[] = [];
  if (answer.status !== request.expectStatus) flaws.push(`status ${answer.status}, expected ${request.expectStatus}`);
  if (request.expectText !== undefined && !answer.body.includes(request.expectText))
    flaws.push(`the answer lacks ${JSON.stringify(request.expectText)}`);
  if (answer.schemaFlaws.length > 0) flaws.push(`the answer is not as the schema says: ${answer.schemaFlaws.slice(0, 3).join('; ')}`);
  if (request.maxLatencyMs !== undefined && answer.latencyMs > request.maxLatencyMs)
    flaws.push(`answered after ${answer.latencyMs} ms, at most ${request.maxLatencyMs}`);
  if (answer.variantName !== undefined && answer.variantName !== canary) flaws.push(`variant ${answer.variantName} answered`);
  return flaws;
}

/** Sends requests to the canary itself before it has any traffic. All must answer as expected at their first try. */
export const smoke = defineGate({
  type: 'smoke',
  spec: Spec,
  stage: () => 'before-traffic',
  measure: async (spec, ports: BeforeTrafficPorts, { canary }): Promise<readonly Answered[]> => {
    const answers: Answered[] = [];
    const beganAtMs = ports.clock.now();
    for (const request of spec.requests) {
      const sentAtMs = ports.clock.now();
      if (sentAtMs - beganAtMs > budgetMs) break;
      const answer = await ports.invocations.invoke(canary.endpointName, canary.variantName, {
        contentType: request.contentType,
        body: request.body,
        ...(request.accept !== undefined && { accept: request.accept }),
      });
      const latencyMs = ports.clock.now() - sentAtMs;
      answers.push({ ...answer, latencyMs, schemaFlaws: schemaFlaws(request, answer, ports) });
    }
    return answers;
  },
  judge(answers, spec, { canary }) {
    const flawed = answers.flatMap((answer, index) => {
      const request = spec.requests[index];
      const flaws = request ? flawsOf(request, answer, canary.variantName) : [];
      return flaws.length === 0 ? [] : [{ request: index, flaws, answer: answer.body.slice(0, shownCharacters) }];
    });
    const evidence = {
      requests: spec.requests.length,
      answered: answers.length,
      slowestMs: Math.max(0, ...answers.map(({ latencyMs }) => latencyMs)),
    };
    if (flawed.length > 0) return failed('smoke-test-failed', { flawed, ...evidence });
    if (answers.length < spec.requests.length) return inconclusive('out-of-time', { ...evidence, budgetSeconds: budgetMs / 1000 });
    return successful('answered-as-expected', evidence);
  },
});
