/** One text of one file, replaced. */
export interface Edit {
  readonly file: string;
  /** Must stand in the file exactly once. */
  readonly find: string;
  readonly replace: string;
}

/** A controller broken on purpose. */
export interface Planted extends Edit {
  readonly name: string;
  /** What it no longer does, in a sentence. */
  readonly breaks: string;
  /** What has to be broken with it: a right its role does not have, and that keeps the fault from doing harm. */
  readonly along?: readonly Edit[];
  /** A seed that catches it. */
  readonly seed: number;
}

/** Each of these looks right in review, passes while nothing goes wrong, and must be caught by an invariant. */
export const planted: readonly Planted[] = [
  {
    name: 'no-read-back',
    breaks: 'takes a shift for done without comparing weights',
    file: 'src/rollout/verify.ts',
    find: "  const proof = prove(rollout.move, endpoint, nowMs);\n  if (proof.answer === 'pending')",
    replace:
      "  const read = prove(rollout.move, endpoint, nowMs);\n  const proof: typeof read = what === 'shift' && read.answer === 'mismatch' ? { answer: 'done' } : read;\n  if (proof.answer === 'pending')",
    seed: 11,
  },
  {
    name: 'no-fence',
    breaks: 'takes the lock from whoever holds it',
    file: 'src/aws/locks.ts',
    find: "            ConditionExpression: 'attribute_not_exists(holder)',",
    replace: "            ConditionExpression: 'attribute_not_exists(holder) OR attribute_exists(holder)',",
    seed: 13,
  },
  {
    name: 'remove-before-weight',
    breaks: 'undoes by going back to the configuration from before, which takes minutes and the weights along',
    file: 'src/rollout/roll-back.ts',
    find: '  await ports.endpoints.setWeights(placement.endpointName, weights);',
    replace: '  await ports.endpoints.update(placement.endpointName, placement.before?.configName ?? endpoint.EndpointConfigName);',
    along: [
      {
        file: 'infrastructure/roles.yml',
        find: "log-group:/aws/lambda/sluice-roll-back:*' }\n",
        replace:
          "log-group:/aws/lambda/sluice-roll-back:*' }\n              - { Sid: UpdateEndpoints, Effect: Allow, Action: sagemaker:UpdateEndpoint, Resource: '*' }\n",
      },
    ],
    seed: 6,
  },
  {
    name: 'deletes-config-in-force',
    breaks: 'cleans up configurations without asking what the endpoint runs on',
    file: 'src/rollout/finish.ts',
    find: 'ours.filter((name) => !inForce.has(name))',
    replace: 'ours',
    seed: 2,
  },
  {
    name: 'lost-inbox',
    breaks: 'wakes whoever waits and writes nothing down: who was not asleep never hears',
    file: 'src/rollout/signal.ts',
    find: '  await ports.rollouts.post(rolloutId, happened);\n',
    replace: '',
    seed: 5,
  },
  {
    name: 'stale-approval',
    breaks: 'takes an answer for whatever is asked, whatever it was for',
    file: 'src/rollout/acts.ts',
    find: '      if (answers.for !== approval.for) return',
    replace: '      if (answers) return undefined;\n      if (answers.for !== approval.for) return',
    seed: 4,
  },
  {
    name: 'unwatched-wait',
    breaks: 'asks no gate while a person is awaited',
    file: 'src/rollout/evaluate.ts',
    find: '  const spec = await specOf(rollout, ports);\n  const entered =',
    replace:
      '  if (rollout.approval || rollout.paused) return waitOn(cadenceSeconds);\n  const spec = await specOf(rollout, ports);\n  const entered =',
    seed: 63,
  },
  {
    name: 'promotes-on-inconclusive',
    breaks: 'takes no evidence for success once the deadline is over',
    file: 'src/rollout/bake.ts',
    find: "      return { answer: 'failed', reason: 'no-evidence', text: `no evidence by the deadline: ${named('inconclusive')}` };",
    replace: "      return { answer: 'passed', text: `nothing against it: ${named('inconclusive')}` };",
    seed: 12,
  },
  {
    name: 'skips-smoke-test',
    breaks: 'sends the canary traffic before it has answered a single request',
    file: 'src/rollout/smoke.ts',
    find: "stageOf(gate) === 'before-traffic'",
    replace: 'false',
    seed: 3,
  },
  {
    name: 'impatient-bake',
    breaks: 'goes on as soon as the gates are content',
    file: 'src/rollout/bake.ts',
    find: '  if (nowMs < bakeEndsMs) return',
    replace: "  if (nowMs < bakeEndsMs && result !== 'successful') return",
    seed: 5,
  },
  {
    name: 'ended-means-done',
    breaks: 'takes a rollout whose end is written for one that is tidied, given back and told',
    file: 'src/rollout/finish.ts',
    find: '  const ended = rollout.outcome === undefined ? await writeEnd(rollout, ending, ports) : rollout;\n',
    replace:
      "  if (rollout.outcome !== undefined) return { outcome: rollout.outcome, reason: 'ended' };\n  const ended = await writeEnd(rollout, ending, ports);\n",
    seed: 3,
  },
];
