/** Time limits of SageMaker's that a probe holds an image to, in wall milliseconds. */
export interface ServingLimits {
  /** From the start to the first 200: the variant's start-up window. */
  readonly startupMs: number;
  /** One ping. */
  readonly pingMs: number;
  /** One invocation. */
  readonly invocationMs: number;
  /** From SIGTERM to SIGKILL. */
  readonly stopMs: number;
  /** Until a connection is accepted. */
  readonly acceptMs: number;
  /** How long an answer that will hardly change is watched, and a server whose app has died. Not SageMaker's: ours. */
  readonly settleMs: number;
}

/** One request and what came of it. */
export interface Exchange {
  /** HTTP status; 0: none came. */
  readonly status: number;
  /** Why none came. Unset: one did. */
  readonly error?: string;
  readonly contentType?: string;
  /** Where a redirect leads. Unset: it is none. */
  readonly location?: string;
  readonly ms: number;
  readonly connectMs: number;
  /** The answer's first 1,000 characters. */
  readonly text: string;
}

/** How a container ended, and when, counted from its start. */
export interface Ended {
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly afterMs: number;
}

/** What was seen of an image that was started with `serve`. */
export interface ServingSeen {
  readonly where: string;
  readonly engine: 'process' | 'docker';
  readonly limits: ServingLimits;
  /** The image has the label that it reads SAGEMAKER_BIND_TO_PORT. */
  readonly claimsBindToPort: boolean;
  /** The port it was given. */
  readonly port: number;
  /** Whether it answered where another start had been told to listen inside a container. Unset: not tried. */
  readonly answersOnOtherPort?: boolean;
  /** The port it answered on, which may be the default one. Unset: on none that was tried. */
  readonly answersOn?: number;
  /** The ports it listens on, where the machine tells. */
  readonly listensOn?: readonly number[];
  /** The engine's word on why nothing answers. */
  readonly whyUnreachable?: string;
  /** Whether it answers on another address of the machine than 127.0.0.1. Unset: not tried. */
  readonly answersOutside?: boolean;
  /** Answers to /ping before the first 200, each status once. */
  readonly pingsBefore: readonly Exchange[];
  /** From the start to the first 200; unset: there was none. */
  readonly readyMs?: number;
  /** The first ping that was answered with 200, and those that followed while nothing else was asked. */
  readonly pings: readonly Exchange[];
  /** The first 200 of a second start. Unset: the first start's was as fast as the later ones. */
  readonly firstPingAgain?: Exchange;
  /** The sample request, right after the first 200. */
  readonly first?: Exchange;
  /** The same request later on, and with its Content-Type written otherwise. */
  readonly sample?: Exchange;
  readonly withParameters?: Exchange;
  readonly withoutType?: Exchange;
  readonly unknownType?: Exchange;
  /** What the sample request's Content-Type was. */
  readonly contentType: string;
  readonly executionParameters?: Exchange;
  /** Larger and larger bodies. */
  readonly bodies: readonly { readonly bytes: number; readonly exchange: Exchange }[];
  /** Pings sent while sample requests were under way, until one was fast. */
  readonly busyPings: readonly Exchange[];
  /** How long connections took that were made all at once: the best of several times. None: it had ended. */
  readonly connectsMs: readonly number[];
  /** It ended by itself. Unset: it ran until it was stopped. */
  readonly ended?: Ended;
  /** What followed SIGTERM. Unset: it had ended before. */
  readonly stopped?: { readonly ms: number; readonly exitCode: number | null; readonly signal: string | null };
  /** What followed when a process it had started was killed. Unset: not tried. */
  readonly appKilled?: { readonly command: string; readonly ended: boolean; readonly answersAgain: boolean };
  /** Why that was not tried. */
  readonly appKeptBecause?: string;
  /** Paths below /opt/ml/model that are new, gone or other than before. */
  readonly changedModel: readonly string[];
  /** The last lines of its log. */
  readonly log: readonly string[];
}

/** Why a check that needs answers can say nothing: `serve` never came so far. */
export const silentUntilReady = ({ readyMs }: Pick<ServingSeen, 'readyMs'>): string | undefined =>
  readyMs === undefined ? 'serve never answered GET /ping with 200' : undefined;

/** The last lines, as evidence. */
export const lastLines = (log: readonly string[], lines = 5): readonly string[] => log.slice(-lines);
