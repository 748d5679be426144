/**
 * The numbers of SageMaker's container contract, in one place. All of it is wall time: compute cannot be hurried by another clock.
 *
 * @see SageMaker developer guide, "Use your own inference code" and "How Amazon SageMaker AI runs your training image"
 */
export const contract = {
  /** For an answer to `GET /ping`. */
  pingMs: 2_000,
  /** For an answer to `POST /invocations`. */
  invocationMs: 60_000,
  /** From the start of a hosting container to its first 200; `ContainerStartupHealthCheckTimeoutInSeconds` takes 60-3600 s. */
  startupMs: 480_000,
  /** Between SIGTERM and SIGKILL of a hosting container. */
  servingGraceMs: 30_000,
  /** And of a training container. */
  trainingGraceMs: 120_000,
  /** `StoppingCondition.MaxRuntimeInSeconds` where a job names none: a day. */
  maxRuntimeMs: 86_400_000,
  /** Characters of `/opt/ml/output/failure` that are read, and of a failure reason as a whole. */
  failureCharacters: 1_024,
  /** Of a real-time request, 25 MB. */
  bodyBytes: 26_214_400,
  /** What the API's own model still says of it: a larger body may be refused. */
  safeBodyBytes: 6_291_456,
} as const;
