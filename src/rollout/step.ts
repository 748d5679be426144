/** One step of a ramp: shift traffic to `canaryPercent`, bake, ask the gates. */
export interface Step {
  /** Share of the delivery's traffic (stable + canary) the canary gets, percent, 0-100. */
  readonly canaryPercent: number;
  /** How long the step bakes before its gates may pass it, seconds, >= 0. */
  readonly bakeSeconds: number;
  /** A person must agree before the shift. Unset: nobody is asked. */
  readonly approval?: ApprovalRule;
}

/** How a person is asked, and what follows where nobody answers. */
export interface ApprovalRule {
  /** How long an answer may take, seconds, > 0. */
  readonly expiresSeconds: number;
  /** `reject`: as if a person had said no. `approve`: go on, recorded as nobody's answer. */
  readonly onExpiry: 'reject' | 'approve';
}
