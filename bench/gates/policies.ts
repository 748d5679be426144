import { argoRollouts } from './peers/argo-rollouts.ts';
import { codeDeploy } from './peers/codedeploy.ts';
import { eGateOnFixedRamp } from './peers/e-gate.ts';
import { flagger } from './peers/flagger.ts';
import { growthBook } from './peers/growthbook.ts';
import { iter8 } from './peers/iter8.ts';
import { kayenta } from './peers/kayenta.ts';
import { msprt } from './peers/msprt.ts';
import { netflix } from './peers/netflix.ts';
import { sageMakerGuardrails } from './peers/sagemaker-guardrails.ts';
import type { Policy } from './policy.ts';
import { sluiceAdaptive, sluiceVariants } from './sluice.ts';

/** Sluice's own policies. */
const own: readonly Policy[] = [sluiceAdaptive, ...sluiceVariants];

/** What can be played: `--full` plays all of it. */
export const policies: readonly Policy[] = [
  ...own,
  ...sageMakerGuardrails,
  ...codeDeploy,
  ...argoRollouts,
  flagger,
  ...kayenta,
  iter8,
  growthBook,
  netflix,
  msprt,
  eGateOnFixedRamp,
];

/** The peers that let through the fewest bad requests, and those that stop at most one good canary in a hundred. */
const best = ['growthbook-safe-rollout', 'netflix-sequential', 'msprt', 'argo-tuned', 'sagemaker-canary-docs', 'argo-docs', 'kayenta-3h'];

/** What is played unless somebody asks for more. */
export const usualPolicies: readonly Policy[] = policies.filter((policy) => own.includes(policy) || best.includes(policy.name));
