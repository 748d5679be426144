/** Time limits of a probed training run, wall milliseconds. */
export interface TrainingLimits {
  /** The longest a run may take; ours, not SageMaker's, whose default is a day. */
  readonly runMs: number;
  /** From SIGTERM to SIGKILL. */
  readonly stopMs: number;
}

/** One run of `train`. */
export interface TrainingRun {
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly ms: number;
  /** When its first line came. Unset: it wrote none. */
  readonly firstLineMs?: number;
  /** It was stopped because it took too long. */
  readonly overtime: boolean;
  /** The last lines of its log. */
  readonly log: readonly string[];
  /** What it left in /opt/ml/output/failure. Unset: nothing. */
  readonly failure?: string;
  /** Paths below /opt/ml/model. */
  readonly modelFiles: readonly string[];
  /** Paths below /opt/ml/checkpoints. */
  readonly checkpointFiles: readonly string[];
  /** Paths below /opt/ml/input/data that are new, gone or other than before. */
  readonly changedInput: readonly string[];
}

/** What was seen of an image that was started with `train`, run after run. */
export interface TrainingSeen {
  readonly where: string;
  readonly limits: TrainingLimits;
  /** The channels and hyperparameters as given, all values text. */
  readonly plain: TrainingRun;
  /** The name the channels' data had in the run with another name, and that run. Unset: the plain one failed. */
  readonly otherChannel?: { readonly name: string; readonly run: TrainingRun };
  /** Hyperparameters in JSON quotes, and SageMaker's own beside them, as script mode sends them. Unset: the plain one failed. */
  readonly quoted?: TrainingRun;
  /** No channel at all. Unset: the plain one failed. */
  readonly withoutData?: TrainingRun;
  /** SIGTERM in the middle of a plain run. Unset: the plain one failed, or is too short to be caught in the middle. */
  readonly stopped?: { readonly afterMs: number; readonly run: TrainingRun };
}

export const succeeded = ({ exitCode }: TrainingRun): boolean => exitCode === 0;

/** Why what follows a good run cannot be told. */
export const silentUntilTrained = ({ plain, limits }: TrainingSeen): string | undefined =>
  plain.overtime
    ? `the first run was stopped after ${limits.runMs / 1_000} s: give it less to do, with --train-channel and --hyperparameter`
    : succeeded(plain)
      ? undefined
      : 'the first run failed: give it data and settings it knows, with --train-channel and --hyperparameter';

/** The runs that failed by themselves, first to last. */
export const failedRuns = ({ plain, otherChannel, quoted, withoutData }: TrainingSeen): readonly TrainingRun[] =>
  [plain, otherChannel?.run, quoted, withoutData].filter((run) => run !== undefined && !succeeded(run) && !run.overtime) as TrainingRun[]; // The filter.
