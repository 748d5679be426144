/** Things in the account that carry Sluice's tags, and what is in use there. */
export interface Made {
  readonly kind: 'configuration' | 'model' | 'alarm';
  readonly name: string;
  /** Whose it is, by its tag `sluice:rollout`. */
  readonly rolloutId: string;
}

export interface Inventory {
  /**
   * Configurations, models and alarms whose name begins with `<delivery>-`, or an alarm's with `sluice-<delivery>-`, and whose tags name the delivery and a rollout.
   *
   * @param except names whose owner is known: not worth a look at their tags
   * @param beforeMs made before this moment, epoch milliseconds; alarms don't tell when they were made
   */
  madeFor(delivery: string, except: ReadonlySet<string>, beforeMs: number): Promise<readonly Made[]>;
  /** Names of the configurations and models that any endpoint of the account runs on or is on its way to. */
  inUse(): Promise<ReadonlySet<string>>;
  /** Deletes it; one that is gone already is fine. */
  delete(made: Made): Promise<void>;
}
