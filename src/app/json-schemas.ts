import { Validator } from '@cfworker/json-schema';
import type { Schemas } from '../ports/schemas.ts';
import { Refused } from '../rollout/errors.ts';

function applied(schema: Readonly<Record<string, unknown>>, value: unknown) {
  try {
    return new Validator(schema, '2020-12', false).validate(value);
  } catch (error) {
    // What no schema can tell is no evidence against an answer.
    throw new Refused(`Cannot hold an answer to its schema: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

/** A library instead of an adapter of AWS's: behind a port because only the function that asks before traffic shall carry it. */
export const jsonSchemas = (): Schemas => ({
  flawsOf(schema, value) {
    const { valid, errors } = applied(schema, value);
    if (valid) return [];
    // A keyword that only passes on what is wrong below it says nothing of its own.
    const own = errors.filter(
      ({ instanceLocation }, index) => !errors.slice(index + 1).some((other) => other.instanceLocation.startsWith(`${instanceLocation}/`)),
    );
    return own.map(({ instanceLocation, error }) => `${instanceLocation}: ${error}`);
  },
});
