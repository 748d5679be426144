import * as z from 'zod/mini';
import { isNotRead } from '../rollout/unreadable.ts';
import { failed, inconclusive, successful } from '../rollout/verdict.ts';
import { common, defineGate, fillIn } from './gate.ts';
import { definitionOf, MadeAlarm, madeAlarmName } from './made-alarm.ts';

const Spec = z
  .strictObject({
    type: z.literal('alarm'),
    ...common,
    alarmNames: z._default(z.array(z.string().check(z.minLength(1), z.maxLength(255))).check(z.maxLength(100)), []),
    create: z.prefault(z.array(MadeAlarm).check(z.maxLength(20)), []),
    redBefore: z._default(z.enum(['refuse', 'hold']), 'refuse'),
  })
  .check(
    z.refine(({ alarmNames, create }) => alarmNames.length + create.length > 0, {
      error: 'Expected alarmNames, create or both: there is no alarm to look at',
      path: ['alarmNames'],
    }),
  );

/**
 * Stops a rollout while an alarm of the canary is in ALARM.
 *
 * An alarm belongs to the canary when it was made for it, when its name was written with `{variant}` or when its metric has
 * the canary's VariantName as a dimension; any other alarm in ALARM may only hold, because it does not tell who is to blame.
 * The canary's counts even if it was entered after the step's shift was requested and reads OK by now: its event said so,
 * or its history does. An alarm without data, or that does not exist, is no evidence either way.
 */
export const alarm = defineGate({
  type: 'alarm',
  spec: Spec,
  alarmNames: (spec, canary) => spec.alarmNames.map((name) => fillIn(name, canary)),
  waitsForCalm: ({ redBefore }) => redBefore === 'hold',
  alarmsToMake: (spec, canary) => spec.create.map((made) => definitionOf(made, canary)),
  measure: async (spec, { alarms }, { canary, alarmsSinceMs, alarmsEntered }) => {
    const named = spec.alarmNames.map((name) => ({ alarmName: fillIn(name, canary), ofCanary: name.includes('{variant}') }));
    const made = spec.create.map((alarmOfOurs) => ({ alarmName: madeAlarmName(alarmOfOurs, canary), ofCanary: true }));
    const asked = [...named, ...made];
    const names = asked.map(({ alarmName }) => alarmName);
    const rang = asked.some(({ alarmName, ofCanary }) => ofCanary && alarmsEntered.some((signal) => signal.alarmName === alarmName));
    // An event of the canary's own alarm is enough, also where CloudWatch does not answer now.
    const states = await alarms.statesOf(names).catch((error: unknown) => {
      if (rang && isNotRead(error)) return undefined;
      throw error;
    });
    return Promise.all(
      asked.map(async ({ alarmName, ofCanary }) => {
        const found = states?.find((state) => state.alarmName === alarmName);
        let enteredAtMs = alarmsEntered.find((signal) => signal.alarmName === alarmName)?.atMs;
        // It has changed its state since and is quiet: whether it rang in between its history knows, if its event was lost.
        if (enteredAtMs === undefined && found && found.state !== 'ALARM' && found.changedAtMs >= alarmsSinceMs)
          [enteredAtMs] = await alarms.enteredSince(alarmName, alarmsSinceMs);
        return {
          alarmName,
          state: found?.state ?? (states ? ('MISSING' as const) : ('UNREAD' as const)),
          ...(enteredAtMs !== undefined && { enteredAlarmAt: new Date(enteredAtMs).toISOString() }),
          reason: found?.reason.slice(0, 200) ?? (states ? `CloudWatch knows no alarm "${alarmName}"` : 'CloudWatch did not say how it is now'),
          ofCanary: ofCanary || found?.dimensions['VariantName'] === canary.variantName,
        };
      }),
    );
  },
  judge(states) {
    const ofCanary = states.filter((state) => state.ofCanary && (state.state === 'ALARM' || state.enteredAlarmAt !== undefined));
    if (ofCanary.length > 0) return failed('alarm-firing', { alarms: ofCanary });
    const firing = states.filter((state) => state.state === 'ALARM');
    if (firing.length > 0) return inconclusive('endpoint-alarm-firing', { alarms: firing });
    const missing = states.filter((state) => state.state === 'MISSING');
    if (missing.length > 0) return inconclusive('alarm-missing', { alarms: missing });
    const silent = states.filter((state) => state.state === 'INSUFFICIENT_DATA');
    if (silent.length > 0) return inconclusive('no-data', { alarms: silent });
    return successful('alarms-ok', { alarms: states });
  },
});
