/** How long a thousand rehearsals of a one-hour ramp take, through the command a person types. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';

export const says = 'a thousand rehearsals of a one-hour ramp';

const sluice = fileURLToPath(new URL('../bin/sluice.js', import.meta.url));

/** Six steps of ten minutes, gates by evidence on both: every run lasts an hour and asks both gates to its end. */
const delivery = `name: churn
triggers: [{ type: image-pushed, repository: models/churn }]
serve: { endpoint: churn, instanceType: ml.m5.large }
strategy:
  type: canary
  steps:
    - { canaryPercent: 1, bake: 10m }
    - { canaryPercent: 5, bake: 10m }
    - { canaryPercent: 10, bake: 10m }
    - { canaryPercent: 25, bake: 10m }
    - { canaryPercent: 50, bake: 10m }
    - { canaryPercent: 100, bake: 10m }
gates:
  - type: error-rate
  - { type: latency, thresholdsMs: [200, 300, 500] }
onInconclusive: promote
evidenceDeadline: 0s
soak: 0s
`;

interface Told {
  readonly outcomes: readonly { readonly outcome: string; readonly runs: number }[];
  readonly secondsTo100: { readonly median: number };
}

export async function main(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { runs: { type: 'string', default: '1000' }, output: { type: 'string', default: 'text' } },
  });
  const folder = mkdtempSync(path.join(tmpdir(), 'sluice-rehearse-'));
  try {
    const file = path.join(folder, 'delivery.yaml');
    writeFileSync(file, delivery);
    const row = async (period: string) => {
      const before = performance.now();
      const { stdout } = await promisify(execFile)(
        process.execPath,
        [sluice, 'rehearse', file, '--runs', values.runs, '--period', period, '--output', 'json'],
        { maxBuffer: 1e8 },
      );
      const seconds = (performance.now() - before) / 1000;
      const { outcomes, secondsTo100 } = JSON.parse(stdout) as Told; // Our own command's answer.
      return { periodSeconds: Number(period), seconds: Number(seconds.toFixed(1)), minutesTo100: secondsTo100.median / 60, outcomes };
    };
    const periods = [await row('60'), await row('10')];
    const figures = { runs: Number(values.runs), cores: availableParallelism(), periods };
    if (values.output === 'json') console.log(JSON.stringify(figures));
    else
      for (const { periodSeconds, seconds, minutesTo100, outcomes } of periods)
        console.log(
          `${values.runs} runs, metrics every ${periodSeconds} s: ${seconds} s on ${figures.cores} cores; 100 % after ${minutesTo100.toFixed(0)} min; ${outcomes.map(({ outcome, runs }) => `${outcome} ${runs}`).join(', ')}`,
        );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

if (import.meta.main) await main(process.argv.slice(2));
