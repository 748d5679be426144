import { checkServingRequest, checkTrainingRequest } from '../../../src/containers/request-limits.ts';

/** The largest number that is taken, of a limit below `top`: found by trying, not by reading. */
function mostAccepted(attempt: (n: number) => void, top = 10_000_000): number {
  const takes = (n: number): boolean => {
    try {
      attempt(n);
      return true;
    } catch {
      return false;
    }
  };
  let [good, bad] = [0, top];
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2);
    if (takes(middle)) good = middle;
    else bad = middle;
  }
  return good;
}

const job: Parameters<typeof checkTrainingRequest>[0] = { jobName: 'a', hyperParameters: {}, channels: [], environment: {}, maxRuntimeMs: 60_000 };
const model: Parameters<typeof checkServingRequest>[0] = { environment: {}, startupMs: 480_000 };
const entries = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, '']));
const kilobytes = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`key${String(index).padStart(5, '0')}`, text(1_016)]));
const text = (length: number) => 'x'.repeat(length);
const train = (attempt: (n: number) => Partial<typeof job>, top = 5_000) => mostAccepted((n) => checkTrainingRequest({ ...job, ...attempt(n) }), top);
const serve = (attempt: (n: number) => Partial<typeof model>, top = 5_000) =>
  mostAccepted((n) => checkServingRequest({ ...model, ...attempt(n) }), top);

/** Limits of the API that local mode holds a request to, by the page's own words. */
export const requestLimits = (): ReadonlyMap<string, string> =>
  new Map([
    ['job name', `${train((n) => ({ jobName: text(Math.max(1, n)) }))} characters`],
    ['hyperparameters', String(train((n) => ({ hyperParameters: entries(n) })))],
    ['name of a hyperparameter', `${train((n) => ({ hyperParameters: { [text(n)]: '' } }))} characters`],
    ['value of a hyperparameter', `${train((n) => ({ hyperParameters: { a: text(n) } }))} characters`],
    ['channels', String(train((n) => ({ channels: Array.from({ length: n }, (_, index) => ({ name: `c${index}` })) })))],
    ['name of a channel', `${train((n) => ({ channels: [{ name: text(Math.max(1, n)) }] }))} characters`],
    ['variables, training', String(train((n) => ({ environment: entries(n) })))],
    ['variable or its value, training', `${train((n) => ({ environment: { a: text(n) } }))} characters`],
    ['variables, hosting', String(serve((n) => ({ environment: entries(n) })))],
    ['variable or its value, hosting', `${serve((n) => ({ environment: { a: text(n) } }))} characters`],
    // Of 1024 bytes each, name and value together.
    ['all variables, hosting', `${1_024 * serve((n) => ({ environment: kilobytes(n) }), 100)} bytes`],
    ['longest run that may be named', `${train((n) => ({ maxRuntimeMs: 1000 * Math.max(1, n) }), 10_000_000)} s`],
    ['longest start-up window', `${serve((n) => ({ startupMs: 1000 * Math.max(60, n) }))} s`],
    // Counted downwards: the most that can be taken off an hour.
    ['shortest start-up window', `${3_600 - serve((n) => ({ startupMs: 1000 * (3_600 - n) }), 3_600)} s`],
  ]);
