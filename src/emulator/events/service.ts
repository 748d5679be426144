import { arnOf, type Kernel, type ServiceEvent } from '../kernel.ts';
import { bindService, type Service } from '../operation.ts';
import { createEventBus } from './create-event-bus.ts';
import { deleteEventBus } from './delete-event-bus.ts';
import { deleteRule } from './delete-rule.ts';
import { describeEventBus } from './describe-event-bus.ts';
import { describeRule } from './describe-rule.ts';
import { disableRule } from './disable-rule.ts';
import { enableRule } from './enable-rule.ts';
import { listEventBuses } from './list-event-buses.ts';
import { listRules } from './list-rules.ts';
import { listTagsForResource } from './list-tags-for-resource.ts';
import { listTargetsByRule } from './list-targets-by-rule.ts';
import { putEvents } from './put-events.ts';
import { putRule } from './put-rule.ts';
import { putTargets } from './put-targets.ts';
import { removeTargets } from './remove-targets.ts';
import { publishServiceEvent } from './route.ts';
import type { DeliveredEvent, Delivery, EventsState } from './state.ts';
import { tagResource } from './tag-resource.ts';
import { testEventPattern } from './test-event-pattern.ts';
import { untagResource } from './untag-resource.ts';

export type { DeliveredEvent, Delivery } from './state.ts';

export interface EventsService {
  readonly service: Service;
  /** Puts a service's own event on the default bus. Never fails, never waits. */
  publish(event: ServiceEvent): void;
  /** The newest 10,000 events of all buses, oldest first. */
  events(): readonly DeliveredEvent[];
}

/**
 * EventBridge: the default bus and custom ones, rules with patterns and schedules, targets with retries and dead-letter queues.
 *
 * @param options.delivery asked for each event a service publishes, whether it is lost, late or sent twice; default: none of these
 */
export function createEventsService(kernel: Kernel, options: { delivery?: (event: ServiceEvent) => Delivery } = {}): EventsService {
  const name = 'default';
  const state: EventsState = {
    kernel,
    buses: new Map([
      [
        name,
        {
          name,
          arn: arnOf(kernel, 'events', `event-bus/${name}`),
          description: undefined,
          createdAtMs: kernel.clock.now(),
          rules: new Map(),
          tags: new Map(),
        },
      ],
    ]),
    delivered: [],
    delivery: options.delivery ?? (() => ({})),
    forwarded: new WeakMap(),
  };
  return {
    service: bindService('events', state, [
      createEventBus,
      deleteEventBus,
      deleteRule,
      describeEventBus,
      describeRule,
      disableRule,
      enableRule,
      listEventBuses,
      listRules,
      listTagsForResource,
      listTargetsByRule,
      putEvents,
      putRule,
      putTargets,
      removeTargets,
      tagResource,
      testEventPattern,
      untagResource,
    ]),
    publish: (event) => publishServiceEvent(state, event),
    events: () => state.delivered,
  };
}
