import { closeSync, openSync, writeSync } from 'node:fs';
import type { Plan } from './plan.ts';
import { play } from './play.ts';

/** Plays a plan and writes its whole trace, a JSON line each. */
export async function writeTrace(plan: Plan, packageFolder: string, file: string): Promise<void> {
  const out = openSync(file, 'w');
  try {
    const { violation } = await play(plan, packageFolder, (line) => writeSync(out, `${line}\n`));
    if (violation) console.log(`${violation.invariant} at ${new Date(violation.atMs).toISOString()}: ${violation.text}`);
  } finally {
    closeSync(out);
  }
}
