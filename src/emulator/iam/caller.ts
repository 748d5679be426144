/** One statement of a policy document, normalised: lists instead of single values. */
export interface Statement {
  readonly effect: 'Allow' | 'Deny';
  readonly actions: readonly string[];
  readonly notActions?: readonly string[];
  readonly resources: readonly string[];
  /** operator -> key -> values, as in the policy: `{ StringEquals: { 'iam:PassedToService': ['sagemaker.amazonaws.com'] } }`. */
  readonly conditions: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
}

/** Who calls: the local account's administrator, a role with its policies, or an AWS service judged by resource policies. */
export type Caller =
  | { readonly kind: 'administrator'; readonly arn: string }
  | { readonly kind: 'role'; readonly arn: string; readonly roleName: string; readonly statements: readonly Statement[] }
  | { readonly kind: 'service'; readonly arn: string; readonly service: string; readonly sourceArn: string };
