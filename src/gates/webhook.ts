import * as z from 'zod/mini';
import { inconclusive } from '../rollout/verdict.ts';
import { mostAnswerBytes, outside, patienceOf, questionOf, verdictIn } from './asked-outside.ts';
import { common, defineGate, type GatePorts } from './gate.ts';

const urlExpected = 'Expected an https:// address without user and fragment; http:// leads to this machine alone';

/** `http` is for runs on one machine: what is deployed refuses it unless it was told otherwise. */
function isAddress(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password, hash } = new URL(text);
  const local = protocol === 'http:' && ['localhost', '127.0.0.1'].includes(hostname);
  return (protocol === 'https:' || local) && username === '' && password === '' && hash === '';
}

const Spec = z.strictObject({
  type: z.literal('webhook'),
  ...common,
  ...outside,
  url: z.string().check(z.maxLength(2048), z.refine(isAddress, urlExpected)),
  secret: z.string().check(z.regex(/^[A-Za-z0-9_.-]{1,100}$/, 'Expected the last part of a parameter’s name: letters, digits, -, _ and .')),
});

/** Asks an HTTPS service of the user's, in a request it can tell is ours. Whatever it does but give a verdict is no evidence. */
export const webhook = defineGate({
  type: 'webhook',
  spec: Spec,
  stage: ({ at }) => at,
  measure: (spec, { webhooks }: Pick<GatePorts, 'webhooks'>, context) =>
    webhooks.ask(spec.url, spec.secret, questionOf('webhook', spec.input, context), patienceOf(spec)),
  judge(heard, { url, timeoutSeconds }) {
    // What follows the question mark may be a secret of theirs.
    const { origin, pathname } = new URL(url);
    const asked = { url: `${origin}${pathname}` };
    switch (heard.kind) {
      case 'answered':
        return verdictIn(heard.text, asked) ?? inconclusive('no-verdict', { ...asked, answer: heard.text.slice(0, 200) });
      case 'timed-out':
        return inconclusive('timed-out', { ...asked, timeoutSeconds });
      case 'too-large':
        return inconclusive('answer-too-large', { ...asked, mostBytes: mostAnswerBytes });
      case 'address-refused':
        return inconclusive('address-refused', { ...asked, text: heard.text });
      case 'failed':
        return inconclusive('webhook-failed', { ...asked, text: heard.text });
    }
  },
});
