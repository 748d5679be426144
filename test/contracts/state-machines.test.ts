import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import * as errors from '../../src/rollout/errors.ts';
import { packagedService } from '../package.ts';

interface State {
  readonly Type: string;
  readonly Resource?: string;
  readonly Arguments?: { readonly FunctionName?: { readonly 'Fn::GetAtt': readonly string[] }; readonly Payload?: string };
  readonly Retry?: readonly { readonly ErrorEquals: readonly string[] }[];
  readonly Catch?: readonly { readonly ErrorEquals: readonly string[]; readonly Next: string }[];
  readonly Choices?: readonly { readonly Condition: string; readonly Next: string }[];
  readonly Default?: string;
  readonly Next?: string;
  readonly TimeoutSeconds?: unknown;
}
interface Machine {
  readonly States: Readonly<Record<string, State>>;
}
const folder = new URL('../../state-machines/', import.meta.url);
const machines = readdirSync(folder).map((file) => {
  const machine = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Machine; // A state machine in ASL.
  return [file, Object.entries(machine.States)] as const;
});
const everyState = machines.flatMap(([file, states]) => states.map(([name, state]) => ({ where: `${file}: ${name}`, name, state })));

/** `functions/evaluate-gates.ts` of `EvaluateGatesLambdaFunction`. */
const fileOf = (state: State): string | undefined => {
  const logicalId = state.Arguments?.FunctionName?.['Fn::GetAtt'][0];
  return logicalId
    ?.replace(/LambdaFunction$/, '')
    .replaceAll(/(?<!^)[A-Z]/g, '-$&')
    .toLowerCase();
};
const tasks = everyState.flatMap(({ where, name, state }) => {
  const file = fileOf(state);
  return file === undefined ? [] : [{ where, name, state, file }];
});

describe('names of errors', () => {
  const named = new Set(
    everyState.flatMap(({ state }) => [...(state.Retry ?? []), ...(state.Catch ?? [])].flatMap(({ ErrorEquals }) => ErrorEquals)),
  );
  const ours = Object.entries(errors).filter(([, value]) => Object.getPrototypeOf(value) === Error) as [string, new (message: string) => Error][]; // Classes only.
  /** Of Step Functions, Lambda and the SDK integrations: AWS's own, letter for letter. */
  const awsNames = /^(States\.(ALL|Timeout|TaskFailed)|Lambda\.[A-Z]\w+|Sandbox\.Timedout|Runtime\.ExitError|Sfn\.\w+Exception)$/;

  /** Why each that no state machine names is left to States.ALL. */
  const final: Readonly<Record<string, string>> = {
    LockLost: 'another writer has the endpoint: trying again would fight it',
    Refused: 'AWS said no for good',
    NotFound: 'what is not there will not come by waiting',
    BadRequest: 'for a person, not for a machine',
  };

  test('that Retry and Catch match on are AWS’s or a class of src/rollout/errors.ts', () => {
    const known = new Set(ours.map(([name]) => name));
    expect([...named].filter((name) => !known.has(name) && !awsNames.test(name))).toEqual([]);
  });

  test('of ours are matched on, or have a reason not to be tried again', () => {
    expect(ours.length).toBeGreaterThan(5);
    expect(ours.map(([name]) => name).filter((name) => named.has(name) === (final[name] !== undefined))).toEqual([]);
  });

  test('survive a minifier: each instance carries its name as a literal', () => {
    for (const [name, Class] of ours) {
      expect(new Class('x').name).toBe(name);
      expect(Object.hasOwn(new Class('x'), 'name')).toBe(true);
    }
  });
});

describe('tasks', () => {
  test('call functions that exist', () => {
    expect(tasks.length).toBeGreaterThan(15);
    for (const { where, file } of tasks) expect(existsSync(new URL(`../../functions/${file}.ts`, import.meta.url)), where).toBe(true);
  });

  test('of the packaged machines are those of their roles: none too few, none too many', async () => {
    const template = JSON.parse(readFileSync(path.join(await packagedService(), 'cloudformation-template-update-stack.json'), 'utf8')) as {
      Resources: Record<string, { Type: string; Properties: Record<string, unknown> }>;
    }; // What CloudFormation would read.
    for (const [file, states] of machines) {
      const called = new Set(states.flatMap(([, state]) => state.Arguments?.FunctionName?.['Fn::GetAtt'][0] ?? []));
      const role = file === 'delivery.asl.json' ? 'DeliveryMachineRole' : 'RolloutMachineRole';
      const policies = template.Resources[role]?.Properties['Policies'] as {
        PolicyDocument: { Statement: { Action: unknown; Resource: unknown }[] };
      }[];
      const granted = policies
        .flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
        .filter(({ Action }) => Action === 'lambda:InvokeFunction')
        .flatMap(({ Resource }) => Resource as { 'Fn::GetAtt': [string, string] }[])
        .map((resource) => resource['Fn::GetAtt'][0]);
      expect(new Set(granted)).toEqual(called);
      for (const logicalId of called) expect(template.Resources[logicalId]?.Type, logicalId).toBe('AWS::Lambda::Function');
    }
  });

  test('are tried again when Lambda or the world fails for a moment, and lead somewhere when it is for good', () => {
    for (const { where, state, name } of tasks) {
      const retried = new Set(state.Retry?.flatMap(({ ErrorEquals }) => ErrorEquals));
      for (const wanted of ['Lambda.ServiceException', 'Lambda.TooManyRequestsException', 'Throttled', 'Unavailable', 'StaleRollout'])
        expect(retried.has(wanted), `${where} retries ${wanted}`).toBe(true);
      if (name !== 'Finish')
        expect(
          state.Catch?.some(({ ErrorEquals }) => ErrorEquals.includes('States.ALL')),
          where,
        ).toBe(true);
    }
  });

  test('that change an endpoint wait for one that is busy', () => {
    for (const { where, state, file } of tasks.filter(({ file }) => file === 'prepare-canary' || file === 'shift-traffic'))
      expect(
        state.Retry?.some(({ ErrorEquals }) => ErrorEquals.includes('EndpointBusy')),
        `${where} (${file})`,
      ).toBe(true);
  });

  test('end in the time-out of their own, so that no wait is for ever', () => {
    for (const { where, state } of tasks) expect(state.TimeoutSeconds, where).toBeDefined();
  });
});

describe('answers', () => {
  // A function asks for its settings as it loads.
  beforeAll(() => {
    for (const name of ['TABLE', 'IDEMPOTENCY_TABLE', 'BUCKET', 'MODEL_ROLE', 'TOPIC', 'REGISTRY', 'DELIVERY_MACHINE', 'ROLLOUT_MACHINE'])
      process.env[name] ??= 'test';
    process.env['AWS_REGION'] ??= 'eu-west-1';
  });

  /** Answers that fall to the default on purpose, and what the default then means. */
  const byDefault: Readonly<Record<string, { readonly answers: readonly string[]; readonly next: string }>> = {
    'Agreed?': { answers: ['refused'], next: 'Finish' },
    'Acquired?': { answers: ['refused', 'resume-finish'], next: 'Finish' },
    'What next?': { answers: ['undo'], next: 'Roll back' },
    'Canary verified?': { answers: ['not-proved'], next: 'Roll back' },
    'Smoke test passed?': { answers: ['failed'], next: 'Roll back' },
    // One function shifts and brings to rest; each is followed by its own choice.
    'Asked?': { answers: ['nothing', 'stopped'], next: 'Roll back' },
    'Shift verified?': { answers: ['reverted', 'not-proved', 'dead'], next: 'Roll back' },
    'Gates passed?': { answers: ['failed'], next: 'Roll back' },
    'Anything to rest?': { answers: ['busy', 'nothing', 'stopped'], next: 'Finish' },
    'Rested?': { answers: ['done', 'reverted', 'not-proved', 'dead'], next: 'Finish' },
    'Anything to undo?': { answers: ['held'], next: 'Finish' },
    'Undone?': { answers: ['reverted', 'not-proved', 'dead'], next: 'Undo failed?' },
  };
  const followed = machines.flatMap(([machine, states]) => {
    const byName = new Map(states);
    return states.flatMap(([, task]) => {
      const file = fileOf(task);
      const choice = task.Next === undefined ? undefined : byName.get(task.Next);
      return file !== undefined && choice?.Type === 'Choice' && task.Resource === 'arn:aws:states:::lambda:invoke'
        ? [[machine, task.Next ?? '', file, choice] as const]
        : [];
    });
  });

  test('are followed by choices in both machines', () => expect(new Set(followed.map(([machine]) => machine)).size).toBe(2));

  test.each(followed)('%s: %s knows every answer of functions/%s.ts', async (_machine, name, file, choice) => {
    const { Output } = (await import(`../../functions/${file}.ts`)) as { Output: z.ZodMiniType }; // Every task's function exports it.
    const { properties } = z.toJSONSchema(Output) as unknown as { properties: { answer: { enum?: string[]; const?: string } } };
    const answers = properties.answer.enum ?? [properties.answer.const ?? ''];
    const chosen = (choice.Choices ?? []).map(({ Condition }) => /^{% \$states\.input\.answer = '([a-z-]+)' %}$/.exec(Condition)?.[1] ?? Condition);
    expect(
      chosen.filter((answer) => !answers.includes(answer)),
      'answers nobody gives',
    ).toEqual([]);
    const left = answers.filter((answer) => !chosen.includes(answer));
    expect(left.toSorted(), 'answers left to the default').toEqual([...(byDefault[name]?.answers ?? [])].toSorted());
    if (left.length > 0) expect(choice.Default).toBe(byDefault[name]?.next);
  });

  test('no answer leads a rollout on by default: unsure is back, or the end', () => {
    const onwards = everyState.filter(
      ({ state }) => state.Type === 'Choice' && /^(Shift traffic|Next step|Bake|Create model|Prepare canary)$/.test(state.Default ?? ''),
    );
    expect(onwards.map(({ where }) => where)).toEqual([]);
  });
});
