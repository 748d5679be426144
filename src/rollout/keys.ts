/** Keys under which signals reach inboxes and wake waits. Lower case where AWS's ARNs and events may differ in case. */
export const keys = {
  trainingJob: (name: string): string => `training-job/${name.toLowerCase()}`,
  build: (id: string): string => `build/${id}`,
  package: (arn: string): string => `package/${arn.toLowerCase()}`,
  endpoint: (name: string): string => `endpoint/${name.toLowerCase()}`,
  alarm: (name: string): string => `alarm/${name}`,
  rollout: (id: string): string => `rollout/${id}`,
  /** What people ask of a rollout. */
  acts: (id: string): string => `acts/${id}`,
};
