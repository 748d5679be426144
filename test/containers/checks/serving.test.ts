import { describe, expect, it } from 'vitest';
import { judge } from '../../../src/containers/checks/check.ts';
import { checks } from '../../../src/containers/checks/serving/registry.ts';
import type { Exchange, ServingSeen } from '../../../src/containers/checks/serving/seen.ts';

const ok: Exchange = { status: 200, ms: 3, connectMs: 1, text: '1', contentType: 'text/csv' };
/** What Docker shows of a server that is as it should be. */
const good: ServingSeen = {
  where: 'serve',
  engine: 'docker',
  limits: { startupMs: 480_000, pingMs: 2_000, invocationMs: 60_000, stopMs: 30_000, acceptMs: 250, settleMs: 5_000 },
  claimsBindToPort: true,
  answersOnOtherPort: true,
  port: 40_000,
  answersOn: 40_000,
  pingsBefore: [],
  readyMs: 900,
  pings: [ok, ok, ok, ok],
  first: ok,
  sample: ok,
  withParameters: ok,
  withoutType: { ...ok, status: 415 },
  unknownType: { ...ok, status: 415 },
  contentType: 'text/csv',
  executionParameters: { ...ok, status: 404 },
  bodies: [{ bytes: 25_000_000, exchange: ok }],
  busyPings: [ok],
  connectsMs: [1, 2],
  stopped: { ms: 20, exitCode: 0, signal: null },
  appKeptBecause: 'the processes inside the container are not seen from here',
  changedModel: [],
  log: [],
};
const { readyMs: _, answersOn: __, ...unreachable } = good;
const ids = (seen: ServingSeen) => judge(checks, seen).findings.map(({ id }) => id);

describe('the checks of what Docker shows', () => {
  it('find nothing in a good server, and say what Docker hides', () => {
    const { findings, notChecked } = judge(checks, good);
    expect(findings).toEqual([]);
    expect(notChecked.map(({ id }) => id)).toEqual(['CC-31', 'CC-42']);
  });

  it('name a port nobody answers on in the engine’s words', () => {
    const seen = { ...unreachable, pings: [], whyUnreachable: '"serve" runs and nothing answers on its port 8080: it has to listen on 0.0.0.0:8080' };
    expect(ids(seen)).toEqual(['CC-30']);
  });

  it('name an image that claims to read its port and does not', () => {
    expect(ids({ ...good, answersOnOtherPort: false })).toEqual(['CC-46']);
    const { answersOnOtherPort: _, ...once } = good;
    expect(judge(checks, once).notChecked.map(({ id }) => id)).toContain('CC-46');
  });

  it.each([
    ['killed after the grace', { ms: 30_010, exitCode: 137, signal: null }, ['CC-19']],
    ['ended by itself at once', { ms: 4, exitCode: 143, signal: null }, []],
  ])('judge how it ended: %s', (_, stopped, expected) => expect(ids({ ...good, stopped })).toEqual(expected));

  it.each([
    [100, []],
    [241_000, ['CC-92']],
  ])('hold the time to the first 200 against half of the window: %d ms', (readyMs, expected) => expect(ids({ ...good, readyMs })).toEqual(expected));

  it('blame no image for one slow answer among fast ones', () => {
    const slow = { ...ok, ms: 2_500 };
    expect(ids({ ...good, pings: [ok, slow, ok, ok], busyPings: [slow, ok] })).toEqual([]);
    expect(ids({ ...good, pings: [ok, slow, slow, slow] })).toEqual(['CC-33']);
    expect(ids({ ...good, busyPings: [slow, slow, slow] })).toEqual(['CC-52']);
    expect(ids({ ...good, pings: [slow, ok, ok, ok], firstPingAgain: ok })).toEqual([]);
    expect(ids({ ...good, pings: [slow, ok, ok, ok], firstPingAgain: slow })).toEqual(['CC-34']);
  });

  it('tell an unanswered invocation from one that is refused', () => {
    const timedOut: Exchange = { status: 0, error: 'no answer within 60000 ms', ms: 60_000, connectMs: 1, text: '' };
    expect(ids({ ...good, sample: timedOut })).toEqual(['CC-38']);
    expect(ids({ ...good, sample: { ...ok, status: 405 }, withParameters: { ...ok, status: 405 } })).toEqual(['CC-37']);
  });
});
