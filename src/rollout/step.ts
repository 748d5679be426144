/** One step of a ramp: shift traffic to `canaryPercent`, bake, ask the gates. */
export interface Step {
  /** Share of the delivery's traffic (stable + canary) the canary gets, percent, 0-100. */
  readonly canaryPercent: number;
  /** How long the step bakes before its gates may pass it, seconds, >= 0. */
  readonly bakeSeconds: number;
}
