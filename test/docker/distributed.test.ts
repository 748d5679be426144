import { afterAll, beforeAll, describe, it } from 'vitest';
import { dockerEngine, type Engine } from '../../src/containers/run.ts';
import { expectOneGradient, trainOn } from '../examples/distributed.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await dockerEngine();
});
afterAll(() => engine.close());

describe('the distributed example, in Docker', () => {
  it('ends with the same averaged gradient on both hosts, and it is the one of all rows together', async () => {
    expectOneGradient(await trainOn(engine, 2), await trainOn(engine, 1));
  });
});
