import { IdempotencyConfig } from '@aws-lambda-powertools/idempotency';
import { DynamoDBPersistenceLayer } from '@aws-lambda-powertools/idempotency/dynamodb';
import { makeHandlerIdempotent } from '@aws-lambda-powertools/idempotency/middleware';
import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { logMetrics } from '@aws-lambda-powertools/metrics/middleware';
import { parser } from '@aws-lambda-powertools/parser/middleware';
import withMiddleware from '@middy/core';
import * as z from 'zod/mini';
import en from 'zod/v4/locales/en.js';
import { setting } from './settings.ts';

z.config(en());

export const logger = new Logger({ serviceName: 'sluice' });
const metrics = new Metrics({ namespace: 'Sluice', serviceName: 'sluice' });

/** Factories of the ports a function needs; each is called once, when the function starts cold. */
type Factories = Readonly<Record<string, () => unknown>>;
type Made<F extends Factories> = { readonly [Name in keyof F]: ReturnType<F[Name]> };

function once<F extends Factories>(factories: F): () => Made<F> {
  let made: Made<F> | undefined;
  return () => (made ??= Object.fromEntries(Object.entries(factories).map(([name, make]) => [name, make()])) as Made<F>); // Same keys as the factories.
}

interface Definition<Input extends z.ZodMiniType, Output, F extends Factories> {
  readonly Input: Input;
  readonly ports: F;
  run(input: z.output<Input>, ports: Made<F>): Promise<Output>;
}

/** The one middleware stack: logger, metrics, parser, innermost our own function. */
const stack = <Input extends z.ZodMiniType, Output, F extends Factories>(definition: Definition<Input, Output, F>) => {
  const ports = once(definition.ports);
  return (
    // middy's early time-out would race with ours on a clock of its own.
    withMiddleware({ timeoutEarlyInMillis: 0 })
      .use(injectLambdaContext(logger, { resetKeys: true }))
      .use(logMetrics(metrics))
      .use(parser({ schema: definition.Input }))
      .handler(async (parsed: unknown): Promise<Output> => {
        const input = parsed as z.output<Input>; // The parser just above made it so.
        appendRollout(input);
        return definition.run(input, ports());
      })
  );
};

function appendRollout(input: unknown): void {
  if (input !== null && typeof input === 'object' && 'rolloutId' in input) logger.appendKeys({ rolloutId: input.rolloutId });
}

/** A task of a state machine: its shape is checked at both ends. A retry runs again: tasks are idempotent by what they read. */
export function lambda<Input extends z.ZodMiniType, Output extends z.ZodMiniType, F extends Factories>(
  definition: Definition<Input, z.input<Output>, F> & { readonly Output: Output },
) {
  return stack({
    ...definition,
    run: async (input, ports) => z.parse(definition.Output, await definition.run(input, ports)),
  });
}

/** A function that gets events, each at least once and maybe twice at once: the same event id runs once. */
export function eventLambda<Input extends z.ZodMiniType, Output, F extends Factories>(definition: Definition<Input, Output, F>) {
  const handler = stack(definition);
  return handler.use(
    makeHandlerIdempotent({
      persistenceStore: new DynamoDBPersistenceLayer({ tableName: setting('IDEMPOTENCY_TABLE') }),
      config: new IdempotencyConfig({ eventKeyJmesPath: 'id', throwOnNoIdempotencyKey: true, expiresAfterSeconds: 86_400 }),
    }),
  );
}

/** A function URL's function: what a person asks, with the caller's ARN. */
export function urlLambda<Input extends z.ZodMiniType, Output, F extends Factories>(definition: Definition<Input, Output, F>) {
  return stack(definition);
}

/** One EMF metric, count 1. */
export function count(name: string): void {
  metrics.addMetric(name, MetricUnit.Count, 1);
}
