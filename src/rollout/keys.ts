/** Keys under which signals reach inboxes and wake waits. Lower case where AWS's ARNs and events may differ in case. */
export const keys = {
  trainingJob: (name: string): string => `training-job/${name.toLowerCase()}`,
  build: (id: string): string => `build/${id}`,
  /** News of an image by its digest: its scan, a signature under a tag of that digest. */
  image: (digest: string): string => `image/${digest}`,
  /** An untagged push to a repository: a signature may be it, and its event does not say of what. */
  pushes: (repository: string): string => `pushes/${repository}`,
  package: (arn: string): string => `package/${arn.toLowerCase()}`,
  endpoint: (name: string): string => `endpoint/${name.toLowerCase()}`,
  alarm: (name: string): string => `alarm/${name}`,
  rollout: (id: string): string => `rollout/${id}`,
  /** What people ask of a rollout. */
  acts: (id: string): string => `acts/${id}`,
};
