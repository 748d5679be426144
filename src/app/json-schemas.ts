import { Validator } from '@cfworker/json-schema';
import type { Schemas } from '../ports/schemas.ts';

/** A library instead of an adapter of AWS's: behind a port because only the function that asks before traffic shall carry it. */
export const jsonSchemas = (): Schemas => ({
  flawsOf(schema, value) {
    const { valid, errors } = new Validator(schema, '2020-12', false).validate(value);
    if (valid) return [];
    // A keyword that only passes on what is wrong below it says nothing of its own.
    const own = errors.filter(
      ({ instanceLocation }, index) => !errors.slice(index + 1).some((other) => other.instanceLocation.startsWith(`${instanceLocation}/`)),
    );
    return own.map(({ instanceLocation, error }) => `${instanceLocation}: ${error}`);
  },
});
