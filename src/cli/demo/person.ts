import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Target } from '../target.ts';
import type { Tell } from './events.ts';

const sluice = fileURLToPath(new URL('../../../bin/sluice.js', import.meta.url));

/** A command line that has not ended by then is stuck, wall milliseconds. */
const giveUpAfterMs = 30_000;

/**
 * Plays the person a rollout asks: says yes with the command a person would type, in a process of its own.
 *
 * @throws Error with the command's own words where it was refused
 */
export async function approve(target: Target, rolloutId: string, reason: string, tell: Tell, signal: AbortSignal): Promise<void> {
  const words = ['approve', rolloutId, '--reason', reason, '--region', target.region, '--endpoint-url', target.endpointUrl ?? ''];
  tell({ type: 'command', text: commandLine(['npx', 'sluice', ...words]) });
  const child = spawn(process.execPath, [sluice, ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
    signal: AbortSignal.any([signal, AbortSignal.timeout(giveUpAfterMs)]),
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (said += text));
  const code = await new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve));
  if (code !== 0) throw new Error(`Cannot approve rollout "${rolloutId}": the command ended with code ${code}: ${said.trim()}`);
  tell({ type: 'answer', text: said.trim() });
}

/** Words as a shell takes them: quoted where they are more than one. */
export const commandLine = (words: readonly string[]): string =>
  words.map((word) => (/^[\w./:=-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(' ');
