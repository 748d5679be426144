import * as z from 'zod/mini';
import { inconclusive } from '../rollout/verdict.ts';
import { mostAnswerBytes, outside, patienceOf, questionOf, verdictIn } from './asked-outside.ts';
import { common, defineGate, type GatePorts } from './gate.ts';

const Spec = z.strictObject({
  type: z.literal('function'),
  ...common,
  ...outside,
  functionName: z
    .string()
    .check(z.regex(/^sluice-gate-[A-Za-z0-9-_]{1,52}$/, 'Expected a name that begins with sluice-gate-: no other function may be invoked')),
});

/** Asks a Lambda function of the user's. Whatever it does but give a verdict is no evidence. */
export const lambdaFunction = defineGate({
  type: 'function',
  spec: Spec,
  stage: ({ at }) => at,
  measure: (spec, { functions }: Pick<GatePorts, 'functions'>, context) =>
    functions.ask(spec.functionName, questionOf('function', spec.input, context), patienceOf(spec)),
  judge(heard, { functionName, timeoutSeconds }) {
    switch (heard.kind) {
      case 'answered':
        return verdictIn(heard.text, { functionName }) ?? inconclusive('no-verdict', { functionName, answer: heard.text.slice(0, 200) });
      case 'timed-out':
        return inconclusive('timed-out', { functionName, timeoutSeconds });
      case 'too-large':
        return inconclusive('answer-too-large', { functionName, mostBytes: mostAnswerBytes });
      case 'address-refused':
      case 'failed':
        return inconclusive('function-failed', { functionName, text: heard.text });
    }
  },
});
