import type { ServiceEvent } from '../kernel.ts';
import { deliverToTarget } from './deliver.ts';
import { type AwsEvent, envelope } from './envelope.ts';
import { isObject, type JsonObject, parseJson } from './json.ts';
import type { DeliveredEvent, EventsState, Rule } from './state.ts';

/** Sources whose events AWS guarantees to deliver; all others are best effort. */
const guaranteed: ReadonlySet<string> = new Set(['aws.cloudwatch']);

/** So many events are kept for whoever inspects the emulator. */
const mostKept = 10_000;

function keep(state: EventsState, delivered: DeliveredEvent) {
  state.delivered.push(delivered);
  if (state.delivered.length > mostKept) state.delivered.shift();
}

/** Puts a service's own event on the default bus: lost, late or twice where the emulator was told so. */
export function publishServiceEvent(state: EventsState, event: ServiceEvent): void {
  const { kernel } = state;
  const atMs = kernel.clock.now();
  const { drop = false, duplicate = false, delayMs = 0 } = state.delivery(event);
  // Through JSON, as on the wire: what the service changes later does not change what it said.
  const detail = parseJson(JSON.stringify(event.detail));
  const awsEvent = envelope(kernel, { ...event, detail: isObject(detail) ? detail : {}, atMs });
  if (drop && !guaranteed.has(event.source)) {
    kernel.trace.write('event', { bus: 'default', event: awsEvent, lost: true });
    keep(state, { atMs, bus: 'default', event: awsEvent, rules: [], fate: 'lost' });
    return;
  }
  const arrive = (arriving: AwsEvent, afterMs: number) => {
    if (afterMs > 0) kernel.clock.after(afterMs, `event ${arriving['detail-type']}`, () => routeEvent(state, 'default', arriving));
    else routeEvent(state, 'default', arriving);
  };
  arrive(awsEvent, delayMs);
  if (!duplicate) return;
  const again = kernel.random.chance('events/duplicate-keeps-id', 0.5) ? awsEvent : { ...awsEvent, id: kernel.random.uuid('events/event-id') };
  arrive(again, delayMs + Math.round(kernel.random.between('events/duplicate-after-ms', 1, 5000)));
}

/**
 * Matches an event against the enabled rules of a bus and sends it to their targets.
 *
 * @param cameFromBus true for an event another bus sent: AWS sends it on to no third one
 */
export function routeEvent(state: EventsState, busName: string, event: AwsEvent, cameFromBus = false): void {
  const { kernel } = state;
  const atMs = kernel.clock.now();
  const bus = state.buses.get(busName);
  const rules = bus ? [...bus.rules.values()].filter((rule) => rule.enabled && rule.pattern?.matches(event) === true) : [];
  record(state, busName, event, rules, bus ? 'routed' : 'no-such-bus');
  for (const rule of rules) send(state, rule, event, atMs, cameFromBus);
}

/** Runs a scheduled rule: its targets get AWS's `Scheduled Event`, other rules do not see it. */
export function runScheduledRule(state: EventsState, rule: Rule): void {
  const atMs = state.kernel.clock.now();
  const detail: JsonObject = {};
  const event = envelope(state.kernel, { source: 'aws.events', detailType: 'Scheduled Event', resources: [rule.arn], detail, atMs });
  record(state, rule.busName, event, [rule], 'routed');
  send(state, rule, event, atMs, false);
}

function record(state: EventsState, bus: string, event: AwsEvent, matched: readonly Rule[], fate: DeliveredEvent['fate']) {
  const rules = matched.map((rule) => rule.name);
  state.kernel.trace.write('event', { bus, event, rules, ...(fate === 'no-such-bus' && { noSuchBus: true }) });
  keep(state, { atMs: state.kernel.clock.now(), bus, event, rules, fate });
}

function send(state: EventsState, rule: Rule, event: AwsEvent, receivedAtMs: number, cameFromBus: boolean) {
  const { kernel } = state;
  for (const target of rule.targets.values()) {
    // AWS measures about half a second from event to target, most of the time less.
    const latencyMs = Math.round(kernel.random.between('events/delivery-ms', 50, 500));
    const label = `event ${event['detail-type']} to ${target.Arn}`;
    kernel.clock.after(latencyMs, label, () =>
      kernel.background(label, () => deliverToTarget(state, { rule, target, event, receivedAtMs, cameFromBus })),
    );
  }
}
