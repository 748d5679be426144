import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Engine, processEngine } from '../../src/containers/run.ts';
import { expectOneGradient, trainOn } from './distributed.ts';

let engine: Engine;
beforeEach(() => {
  engine = processEngine();
});
afterEach(() => engine.close());

describe('the distributed example, as plain processes', () => {
  it('ends with the same averaged gradient on both hosts, and it is the one of all rows together', async ({ skip }) => {
    const network = await engine.network(['algo-1', 'algo-2']);
    await network.close();
    skip(network.unresolved !== undefined, network.unresolved);
    const two = await trainOn(engine, 2);
    expectOneGradient(two, await trainOn(engine, 1));
    expect(two.log).toEqual(
      expect.arrayContaining(['algo-1: algo-1 listens on port 7777', 'algo-2: algo-2 listens on port 7778', 'algo-2: host 2 of 2 has 190 rows']),
    );
  });
});
