import type { Random } from '../../random.ts';
import type { ResolvedImage } from './workloads.ts';

/** What an image does where it is only modelled. Read from its labels below `local.behaviour`. */
export interface Behaviour {
  /** False: `/ping` is never answered. */
  readonly healthy: boolean;
  /** Share of requests answered 500, 0-1. */
  readonly errorRate: number;
  /** Share of requests answered 400, 0-1. */
  readonly errorRate4xx: number;
  /** Median latency, milliseconds. */
  readonly latencyMs: number;
  /** Spread of the latency's logarithm, >= 0. */
  readonly latencySigma: number;
  /** The container ends this many seconds after it became healthy. Undefined: it does not. */
  readonly failsAfterSeconds: number | undefined;
  /** Body of every answer. */
  readonly answer: string;
  readonly trainSeconds: number;
  readonly trainExitCode: number;
  /** What `train` writes to `/opt/ml/output/failure`. */
  readonly failureText: string;
  /** Metric name -> the last value `train` prints. */
  readonly metrics: Readonly<Record<string, number>>;
}

const prefix = 'local.behaviour';
const numbers = ['errorRate', 'errorRate4xx', 'latencyMs', 'latencySigma', 'failsAfterSeconds', 'trainSeconds', 'trainExitCode'] as const;
const texts = ['answer', 'failureText'] as const;
const known: readonly string[] = [...numbers, ...texts, 'healthy', 'metrics'];

/** A label's value: JSON where it parses as such, else the text itself. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

function labelled(image: ResolvedImage): Map<string, unknown> {
  const found = new Map<string, unknown>();
  const labels = Object.entries(image.config.Labels).sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [label, text] of labels) {
    if (label === prefix) {
      const whole = parsed(text);
      if (typeof whole !== 'object' || whole === null) throw new TypeError(`Label "${prefix}" of image ${image.digest} is no JSON object: "${text}"`);
      for (const [key, value] of Object.entries(whole)) found.set(key, value);
    } else if (label.startsWith(`${prefix}.`)) {
      const key = label.slice(prefix.length + 1);
      found.set(key, (texts as readonly string[]).includes(key) ? text : parsed(text));
    }
  }
  for (const key of found.keys()) {
    if (!known.includes(key)) throw new TypeError(`Label "${prefix}.${key}" of image ${image.digest} is unknown; known are ${known.join(', ')}`);
  }
  return found;
}

/**
 * Reads an image's behaviour: one label `local.behaviour` with a JSON object, or a label a member
 * (`local.behaviour.errorRate`: `0.2`). What isn't said is drawn from the seed, by digest.
 *
 * @throws TypeError for a label that is unknown or of the wrong type
 */
export function behaviourOf(random: Random, image: ResolvedImage): Behaviour {
  const found = labelled(image);
  const wrong = (key: string, expected: string) =>
    new TypeError(`Label "${prefix}.${key}" of image ${image.digest} is ${JSON.stringify(found.get(key))}, expected ${expected}`);
  function number(key: (typeof numbers)[number]): number | undefined {
    const value = found.get(key);
    if (value === undefined) return undefined;
    if (typeof value !== 'number' || !Number.isFinite(value)) throw wrong(key, 'a number');
    return value;
  }
  function text(key: (typeof texts)[number]): string | undefined {
    const value = found.get(key);
    return value === undefined || typeof value === 'string' ? value : JSON.stringify(value);
  }
  const healthy = found.get('healthy') ?? true;
  if (typeof healthy !== 'boolean') throw wrong('healthy', 'true or false');
  const metrics = found.get('metrics') ?? {};
  if (typeof metrics !== 'object' || metrics === null || Object.values(metrics).some((value) => typeof value !== 'number')) {
    throw wrong('metrics', 'an object of numbers');
  }
  const draw = (key: string, low: number, high: number) => random.between(`behaviour/${image.digest.slice(0, 19)}/${key}`, low, high);
  return {
    healthy,
    errorRate: number('errorRate') ?? 0,
    errorRate4xx: number('errorRate4xx') ?? 0,
    latencyMs: number('latencyMs') ?? draw('latencyMs', 12, 40),
    latencySigma: number('latencySigma') ?? draw('latencySigma', 0.2, 0.4),
    failsAfterSeconds: number('failsAfterSeconds'),
    answer: text('answer') ?? '{"predictions":[0.5]}',
    trainSeconds: number('trainSeconds') ?? draw('trainSeconds', 120, 300),
    trainExitCode: number('trainExitCode') ?? 0,
    failureText: text('failureText') ?? '',
    metrics: metrics as Record<string, number>, // Every value was just seen to be a number.
  };
}
