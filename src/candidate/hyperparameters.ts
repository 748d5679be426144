import { BadRequest } from '../rollout/errors.ts';
import { type HyperparameterValue, logLevels, type ScriptSpec } from './hyperparameters-spec.ts';
import { textOf } from './hyperparameters-text.ts';

/** What CreateTrainingJob takes: entries, and characters of a name. */
const limits = { entries: 100, name: 256 } as const;

/** One run of a script. */
export interface ScriptRun extends Omit<ScriptSpec, 'source'> {
  /** `s3://…/sourcedir.tar.gz`. */
  readonly source: string;
  readonly region: string;
  readonly jobName: string;
}

export interface Launch {
  /** Unset: the image has its own program. */
  readonly script?: ScriptRun;
  /** What tells the image's toolkit to start more than one process; see `distributionHyperparameters`. */
  readonly distribution?: Readonly<Record<string, HyperparameterValue>>;
}

/**
 * Hyperparameters as SageMaker takes them: every value a string.
 *
 * An image with its own program gets text as it was written, and anything else as JSON. In script mode every value is JSON, text in quotes: the training
 * toolkit parses each, and text that looks like JSON (`1e3`, `null`) would else change its type.
 *
 * A number is written with the fewest digits that give the same double; `-0.0` stays one. How it was spelt is lost in YAML already (`1.0` is 1): a person who wants a
 * spelling kept writes it in quotes, and it arrives letter for letter.
 *
 * @throws BadRequest with every name that can't be written and why
 * @example writeHyperparameters({ epochs: 200, optimiser: 'adam' }) // { epochs: '200', optimiser: 'adam' }
 * @see aws/sagemaker-training-toolkit, which reads them; SageMaker API, CreateTrainingJob
 */
export function writeHyperparameters(values: Readonly<Record<string, HyperparameterValue>>, launch: Launch = {}): Record<string, string> {
  const { script, distribution } = launch;
  const ours: Readonly<Record<string, HyperparameterValue>> = { ...(script && settingsOf(script)), ...distribution };
  const all = Object.entries({ ...values, ...ours });
  const flaws: string[] = [];
  const written = all.map(([name, value]): [string, string] => {
    const { text = '', flaw } = textOf(value, script !== undefined);
    if (flaw !== undefined) flaws.push(`"${name}" ${flaw}`);
    if (name.length > limits.name) flaws.push(`"${name.slice(0, 32)}…" has a name of ${name.length} characters; SageMaker takes ${limits.name}`);
    if (Object.hasOwn(values, name) && Object.hasOwn(ours, name)) flaws.push(`"${name}" is written by Sluice; leave it out`);
    return [name, text];
  });
  if (all.length > limits.entries) {
    const added = Object.keys(ours).length;
    flaws.push(`there are ${all.length}${added > 0 ? `, ${added} of them written by Sluice` : ''}; SageMaker takes ${limits.entries}`);
  }
  if (flaws.length > 0) throw new BadRequest(`Cannot write the hyperparameters: ${flaws.join('; ')}`);
  return Object.fromEntries(written);
}

/** What the training toolkit reads before it starts the script. */
const settingsOf = (script: ScriptRun): Readonly<Record<string, HyperparameterValue>> => ({
  sagemaker_program: script.entryPoint,
  sagemaker_submit_directory: script.source,
  sagemaker_container_log_level: logLevels[script.logLevel],
  sagemaker_job_name: script.jobName,
  sagemaker_region: script.region,
});
