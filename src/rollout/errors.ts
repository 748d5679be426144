/**
 * Named errors of the world letting us down. State machines match these names in Retry and Catch, so each is a literal
 * and a test holds every `ErrorEquals` to this file.
 */

/** The endpoint is between two states and takes no call; retry when it rests. */
export class EndpointBusy extends Error {
  override name = 'EndpointBusy';
}

/** Another writer holds the endpoint, or took it from us. */
export class LockLost extends Error {
  override name = 'LockLost';
}

/** Somebody saved this rollout between our read and our write; retry reads anew. */
export class StaleRollout extends Error {
  override name = 'StaleRollout';
}

/** AWS asked us to slow down; retry later. */
export class Throttled extends Error {
  override name = 'Throttled';
}

/** AWS or the network failed us without saying whether the call took effect; retry reads first. */
export class Unavailable extends Error {
  override name = 'Unavailable';
}

/** AWS refused a call for good: a quota, a permission, a validation. Its words are in the message. */
export class Refused extends Error {
  override name = 'Refused';
}

/** A thing that must exist does not: a rollout, a delivery revision. */
export class NotFound extends Error {
  override name = 'NotFound';
}

/** What a person asked for makes no sense as it stands; the message says what to do. */
export class BadRequest extends Error {
  override name = 'BadRequest';
}

/** Our own mistake: stops. */
export function assertNever(value: never, what: string): never {
  throw new Error(`Unexpected ${what}: ${JSON.stringify(value)}`);
}
