import { runScheduledRule } from './route.ts';
import type { EventsState, Rule } from './state.ts';

/** Arms an enabled rule's schedule, counted from now; what it had armed before is cancelled. */
export function startSchedule(state: EventsState, rule: Rule): void {
  stopSchedule(rule);
  const { schedule } = rule;
  if (!schedule || !rule.enabled) return;
  const { clock } = state.kernel;
  const arm = (fromMs: number) => {
    const atMs = schedule.next(fromMs);
    if (atMs === undefined) return;
    rule.timer = clock.after(atMs - clock.now(), `schedule of rule ${rule.name}`, () => {
      arm(atMs);
      runScheduledRule(state, rule);
    });
  };
  arm(clock.now());
}

export function stopSchedule(rule: Rule): void {
  rule.timer?.cancel();
  rule.timer = undefined;
}
