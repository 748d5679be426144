/** What SageMaker's API would refuse, found here before anything starts. All flaws, not only the first. */
export class RequestRefused extends Error {
  override name = 'RequestRefused';

  constructor(what: string, flaws: readonly string[]) {
    super(flaws.length === 1 ? `Cannot ${what}: ${flaws[0] ?? ''}` : `Cannot ${what}:\n${flaws.map((flaw) => `  ${flaw}`).join('\n')}`);
  }
}

/** As the limits of the API count: characters, not bytes. */
const tooLong = (text: string, most: number): boolean => text.length > most;

interface EnvironmentLimits {
  readonly entries: number;
  readonly characters: number;
  /** Of all keys and values, in bytes. Unset: no such limit. */
  readonly bytes?: number;
}
const trainingLimits: EnvironmentLimits = { entries: 100, characters: 512 };
const hostingLimits: EnvironmentLimits = { entries: 100, characters: 1_024, bytes: 32_768 };

type Text = Readonly<Record<string, string>>;

function environmentFlaws(environment: Text, limits: EnvironmentLimits): string[] {
  const entries = Object.entries(environment);
  const flaws: string[] = [];
  if (entries.length > limits.entries) flaws.push(`environment has ${entries.length} entries, ${limits.entries} at most`);
  for (const [key, value] of entries) {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(key)) flaws.push(`environment variable "${key}" is no name: letters, digits and _, no digit first`);
    if (tooLong(key, limits.characters) || tooLong(value, limits.characters))
      flaws.push(`environment variable "${key.slice(0, 64)}" or its value is longer than ${limits.characters} characters`);
  }
  const bytes = entries.reduce((sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(value), 0);
  if (limits.bytes !== undefined && bytes > limits.bytes) flaws.push(`environment takes ${bytes} bytes, ${limits.bytes} at most`);
  return flaws;
}

/**
 * Holds a training job to the limits of CreateTrainingJob.
 *
 * @throws RequestRefused with every flaw
 */
export function checkTrainingRequest(job: {
  readonly jobName: string;
  readonly hyperParameters: Text;
  readonly channels: readonly { readonly name: string }[];
  readonly environment: Text;
  readonly maxRuntimeMs: number;
}): void {
  const flaws = environmentFlaws(job.environment, trainingLimits);
  if (!/^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$/.test(job.jobName))
    flaws.push(`job name "${job.jobName}" is not 1-63 letters and digits with hyphens between them`);
  const parameters = Object.entries(job.hyperParameters);
  if (parameters.length > 100) flaws.push(`there are ${parameters.length} hyperparameters, 100 at most`);
  for (const [key, value] of parameters) {
    if (tooLong(key, 256)) flaws.push(`hyperparameter "${key.slice(0, 64)}…" has a name longer than 256 characters`);
    if (tooLong(value, 2_500)) flaws.push(`hyperparameter "${key}" is longer than 2500 characters`);
    if (/[\n\r]/.test(value)) flaws.push(`hyperparameter "${key}" has a line break`);
  }
  if (job.channels.length > 20) flaws.push(`there are ${job.channels.length} channels, 20 at most`);
  for (const { name } of job.channels)
    if (!/^[A-Za-z0-9._-]{1,64}$/.test(name)) flaws.push(`channel name "${name}" is not 1-64 of A-Z a-z 0-9 . _ -`);
  for (const name of new Set(job.channels.map((channel) => channel.name)))
    if (job.channels.filter((channel) => channel.name === name).length > 1) flaws.push(`channel "${name}" is there more than once`);
  const seconds = job.maxRuntimeMs / 1000;
  if (seconds < 1 || seconds > 2_419_200) flaws.push(`the longest run is ${seconds} s, expected 1 s to 28 days`);
  if (flaws.length > 0) throw new RequestRefused('train', flaws);
}

/**
 * Holds a model to the limits of CreateModel, and its start-up window to those of a production variant.
 *
 * @throws RequestRefused with every flaw
 */
export function checkServingRequest(model: { readonly environment: Text; readonly startupMs: number }): void {
  const flaws = environmentFlaws(model.environment, hostingLimits);
  const seconds = model.startupMs / 1000;
  if (seconds < 60 || seconds > 3_600) flaws.push(`the start-up window is ${seconds} s, expected 60 s to 60 minutes`);
  if (flaws.length > 0) throw new RequestRefused('serve', flaws);
}
