/** Time as an argument: read once a decision, handed down. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
}
