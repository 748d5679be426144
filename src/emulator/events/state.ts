import type { Tag, Target } from '@aws-sdk/client-eventbridge';
import { AwsError, notEmulated } from '../aws-error.ts';
import type { Timer } from '../clock.ts';
import { arnOf, type Kernel, type ServiceEvent } from '../kernel.ts';
import type { Schedule } from './cron.ts';
import type { AwsEvent } from './envelope.ts';
import type { EventPattern } from './pattern.ts';

/** The members of an input the wire has made sure of: they are required in the service's model. */
export type Given<Input, Member extends keyof Input> = Omit<Input, Member> & { [Name in Member]-?: NonNullable<Input[Name]> };

/** A target as stored: its `Id` and `Arn` are there. */
export type RuleTarget = Given<Target, 'Id' | 'Arn'>;

export interface Rule {
  readonly name: string;
  readonly arn: string;
  readonly busName: string;
  description: string | undefined;
  roleArn: string | undefined;
  enabled: boolean;
  /** As it was put; unset for a rule that only has a schedule. */
  patternText: string | undefined;
  pattern: EventPattern | undefined;
  /** As it was put; unset for a rule that only has a pattern. */
  scheduleText: string | undefined;
  schedule: Schedule | undefined;
  /** The next scheduled run, while the rule is enabled. */
  timer: Timer | undefined;
  /** By `Id`, in the order they were put. */
  readonly targets: Map<string, RuleTarget>;
  readonly tags: Map<string, string>;
}

export interface Bus {
  readonly name: string;
  readonly arn: string;
  readonly description: string | undefined;
  readonly createdAtMs: number;
  readonly rules: Map<string, Rule>;
  readonly tags: Map<string, string>;
}

/** What becomes of an event a service sends: AWS promises best effort for most of them. */
export interface Delivery {
  /** The event never reaches the bus. Ignored for events AWS guarantees. */
  readonly drop?: boolean;
  /** It reaches the bus twice: as one event run twice, or as two events with ids of their own. */
  readonly duplicate?: boolean;
  /** It reaches the bus so many milliseconds late. */
  readonly delayMs?: number;
}

/** An event that reached, or should have reached, a bus. */
export interface DeliveredEvent {
  /** Epoch ms at which the bus took it, or at which it was lost. */
  readonly atMs: number;
  readonly bus: string;
  readonly event: AwsEvent;
  /** Names of the rules it matched. */
  readonly rules: readonly string[];
  /** `lost` by a fault; `no-such-bus` as AWS accepts and forgets an event for a bus that is not there. */
  readonly fate: 'routed' | 'lost' | 'no-such-bus';
}

export interface EventsState {
  readonly kernel: Kernel;
  readonly buses: Map<string, Bus>;
  /** The newest events, oldest first. */
  readonly delivered: DeliveredEvent[];
  readonly delivery: (event: ServiceEvent) => Delivery;
  /** Entries that one bus sends another: the very event arrives, with the id and source it has. */
  readonly forwarded: WeakMap<object, AwsEvent>;
}

/** AWS's quota, rules a bus. */
export const mostRules = 300;
/** AWS's limit, targets a rule. */
export const mostTargets = 5;

export const limitExceeded = (): AwsError => new AwsError('LimitExceededException', 'The requested resource exceeds the maximum number allowed.');
export const notFound = (message: string): AwsError => new AwsError('ResourceNotFoundException', message);

/** The name in a bus's name or ARN; unset means the default bus. A bus of another account or region is not emulated. */
export function busNameOf(kernel: Kernel, nameOrArn: string | undefined): string {
  if (nameOrArn === undefined) return 'default';
  if (!nameOrArn.startsWith('arn:')) return nameOrArn;
  const own = arnOf(kernel, 'events', 'event-bus/');
  if (!nameOrArn.startsWith(own)) throw notEmulated(`an event bus of another account or region: ${nameOrArn}`);
  return nameOrArn.slice(own.length);
}

export const busArnOf = (kernel: Kernel, nameOrArn: string | undefined): string =>
  nameOrArn?.startsWith('arn:') === true ? nameOrArn : arnOf(kernel, 'events', `event-bus/${nameOrArn ?? 'default'}`);

/** `rule/NAME` on the default bus, `rule/BUS/NAME` on another. */
export function ruleArnOf(kernel: Kernel, name: string, bus: string | undefined): string {
  const busName = busNameOf(kernel, bus);
  return arnOf(kernel, 'events', busName === 'default' ? `rule/${name}` : `rule/${busName}/${name}`);
}

/** @throws AwsError `ResourceNotFoundException` */
export function busOf(state: EventsState, nameOrArn: string | undefined): Bus {
  const name = busNameOf(state.kernel, nameOrArn);
  const bus = state.buses.get(name);
  if (!bus) throw notFound(`Event bus ${name} does not exist.`);
  return bus;
}

/** @throws AwsError `ResourceNotFoundException` */
export function ruleOf(state: EventsState, name: string, bus: string | undefined): Rule {
  const { name: busName, rules } = busOf(state, bus);
  const rule = rules.get(name);
  if (!rule) throw notFound(`Rule ${name} does not exist on EventBus ${busName}.`);
  return rule;
}

export const byName = (a: { readonly name: string }, b: { readonly name: string }): number => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);

export function tagsOf(tags: readonly Tag[] | undefined): Map<string, string> {
  // Key and Value are required members of a tag.
  return new Map((tags ?? []).map((tag) => [tag.Key ?? '', tag.Value ?? '']));
}

/**
 * One page of a list, the token being the last name of the page before.
 *
 * @param limit 1-100, default 100 as AWS's
 */
export function pageOf<Item>(
  items: readonly Item[],
  keyOf: (item: Item) => string,
  limit: number | undefined,
  token: string | undefined,
): { page: readonly Item[]; nextToken: string | undefined } {
  const after = token === undefined ? undefined : Buffer.from(token, 'base64').toString();
  const from = after === undefined ? 0 : items.findIndex((item) => keyOf(item) === after) + 1;
  if (after !== undefined && from === 0) throw new AwsError('ValidationException', 'Parameter NextToken is not valid.');
  const page = items.slice(from, from + (limit ?? 100));
  const last = page.at(-1);
  const more = last !== undefined && from + page.length < items.length;
  return { page, nextToken: more ? Buffer.from(keyOf(last)).toString('base64') : undefined };
}
