import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import validate from 'asl-validator';
import { describe, expect, it } from 'vitest';
import { type Answer, refusal, statesWorld } from './states.ts';

/** One machine, what its Tasks are answered, and how its execution ends. */
interface Case {
  /** Which documented or recorded behaviour of AWS the expectation is. */
  readonly from: string;
  readonly definition: { readonly States: Record<string, unknown> };
  readonly input?: unknown;
  /** By `lambda:Invoke:<function>` or `<service>:<Operation>`. */
  readonly mocks?: Readonly<Record<string, readonly Answer[]>>;
  /** Emulator seconds to let pass; default enough for any case. */
  readonly seconds?: number;
  readonly expect: {
    readonly status?: string;
    readonly output?: unknown;
    readonly error?: string;
    /** Null where there must be none. */
    readonly cause?: string | null;
    /** Types of the history's events, in order. */
    readonly events?: readonly string[];
    /** Members of single events, by id. */
    readonly details?: Readonly<Record<string, Record<string, unknown>>>;
    /** Seconds from start to stop. */
    readonly tookSeconds?: number;
    /** What the Tasks asked for. */
    readonly calls?: readonly Record<string, unknown>[];
    /** `CreateStateMachine` refuses: the text between the quotes of `InvalidDefinition`. */
    readonly refused?: string;
    /** What asl-validator says where it differs: it misses much of what AWS refuses, and its schema of `Output` is narrower than AWS's. */
    readonly secondOpinion?: 'accepts' | 'refuses';
  };
}

const folder = path.join(import.meta.dirname, '../../asl-cases');
const files = globSync('*/jsonata/*.json', { cwd: folder }).toSorted();

/** A second opinion on definitions; it knows the language and neither AWS's services nor its ARNs. */
const isSound = (definition: unknown): boolean => validate(structuredClone(definition), { checkArn: false, checkPaths: false }).isValid;

describe('Step Functions cases', () => {
  it('are many', () => expect(files.length).toBeGreaterThanOrEqual(40));

  it.each(files)('%s', async (file) => {
    const {
      definition,
      input = {},
      mocks = {},
      seconds = 100_000,
      expect: wanted,
    } = JSON.parse(readFileSync(path.join(folder, file), 'utf8')) as Case;
    const world = statesWorld(mocks);

    if (wanted.refused !== undefined) {
      expect(await refusal(world.start(definition, input))).toEqual({
        code: 'InvalidDefinition',
        message: `Invalid State Machine Definition: '${wanted.refused}'`,
      });
      expect(isSound(definition)).toBe(wanted.secondOpinion === 'accepts');
      return;
    }
    expect(isSound(definition)).toBe(wanted.secondOpinion !== 'refuses');

    const executionArn = await world.start(definition, input);
    await world.kernel.clock.advance(seconds * 1_000);
    expect(world.kernel.crashes).toEqual([]);
    const execution = await world.ask<{ status: string; output?: string; error?: string; cause?: string; startDate: Date; stopDate?: Date }>(
      'DescribeExecution',
      { executionArn },
    );
    const events = await world.events(executionArn);
    expect({ status: execution.status, error: execution.error }).toEqual({ status: wanted.status, error: wanted.error });
    if (wanted.cause !== undefined) {
      expect(execution.cause?.replaceAll(/Request ID: [0-9a-f-]{36}/g, 'Request ID: <id>') ?? null).toBe(wanted.cause);
    }
    if ('output' in wanted) expect(JSON.parse(execution.output ?? 'null')).toEqual(wanted.output);
    if (wanted.events) expect(events.map(({ type }) => type)).toEqual(wanted.events);
    for (const [id, details] of Object.entries(wanted.details ?? {})) expect(events[Number(id) - 1]).toMatchObject(details);
    if (wanted.tookSeconds !== undefined) expect((Number(execution.stopDate) - Number(execution.startDate)) / 1_000).toBe(wanted.tookSeconds);
    if (wanted.calls)
      expect(world.calls.map(({ service, operation, input }) => JSON.parse(JSON.stringify({ service, operation, input })) as unknown)).toEqual(
        wanted.calls,
      );
  });
});
