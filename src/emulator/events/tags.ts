import { arnOf } from '../kernel.ts';
import { busNameOf, busOf, type EventsState, notFound, ruleOf } from './state.ts';

/**
 * The tags of the rule or bus an ARN names.
 *
 * @throws AwsError `ResourceNotFoundException`
 */
export function tagsAt(state: EventsState, arn: string): Map<string, string> {
  const rules = arnOf(state.kernel, 'events', 'rule/');
  const buses = arnOf(state.kernel, 'events', 'event-bus/');
  if (arn.startsWith(buses)) return busOf(state, busNameOf(state.kernel, arn)).tags;
  if (!arn.startsWith(rules)) throw notFound(`Resource ${arn} does not exist.`);
  const path = arn.slice(rules.length);
  const at = path.lastIndexOf('/');
  return ruleOf(state, path.slice(at + 1), at === -1 ? undefined : path.slice(0, at)).tags;
}
