/** Step Functions executions and the task tokens they wait with. */
export interface Executions {
  /** Starts the delivery machine under a name of our own; the same name and input while it runs is no error. False where one of that name has ended. */
  startDelivery(name: string, input: Readonly<Record<string, unknown>>): Promise<boolean>;
  /** Starts the rollout machine under a name of our own. False where an execution of that name there is or was. */
  startWalk(name: string, input: Readonly<Record<string, unknown>>): Promise<boolean>;
  /** Whether an execution of either machine runs; false where there never was one. */
  isRunning(machine: 'delivery' | 'rollout', name: string): Promise<boolean>;
  /** Whether there is or was an execution of this name; its end may be 90 days back. */
  existed(machine: 'delivery' | 'rollout', name: string): Promise<boolean>;
  /** Ends a parked wait. Returns false where the token is spent or timed out: that is no error. */
  wake(token: string, answer: Readonly<Record<string, unknown>>): Promise<boolean>;
  /** How many history events an execution has written. */
  historyLength(executionArn: string): Promise<number>;
}
