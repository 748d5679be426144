import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { wipe } from '../../containers/layout.ts';
import { type OpenedImage, openLocalImage } from '../../containers/local-image.ts';
import type { Word } from '../../containers/start-command.ts';
import { untilInterrupted } from '../interrupt.ts';
import { styled } from '../terminal.ts';

/** Variables the platform sets itself: one of the same name is not passed on. */
const platformVariables = ['TRAINING_JOB_NAME', 'TRAINING_JOB_ARN', 'AWS_REGION', 'SAGEMAKER_BASE_DIR', 'SAGEMAKER_BIND_TO_PORT'];

/** What a person should know of the environment asked for, a sentence each. */
export const environmentNotices = (environment: Readonly<Record<string, string>>): string[] =>
  platformVariables.filter((name) => name in environment).map((name) => `${name} is set by the platform: the value given is not used`);

/**
 * Opens an image in a folder of its own and hands it to `work`; afterwards nothing of it runs or lies about. The first Ctrl-C asks `work`
 * to end, the second ends everything at once.
 *
 * @param tell told each notice
 */
export async function withLocalImage(
  source: string,
  words: readonly Word[],
  choice: 'docker' | 'process' | 'auto',
  tell: (notice: string) => void,
  work: (opened: OpenedImage, folder: string, stop: AbortSignal) => Promise<void>,
): Promise<void> {
  await untilInterrupted(async (stop) => {
    const folder = mkdtempSync(join(tmpdir(), 'sluice-local-'));
    let opened: OpenedImage | undefined;
    const killAll = () => void opened?.engine.close();
    stop.addEventListener('abort', () => process.once('SIGINT', killAll), { once: true });
    try {
      opened = await openLocalImage(source, words, choice, folder);
      for (const notice of opened.notices) tell(notice);
      await work(opened, folder, stop);
    } finally {
      await opened?.engine.close();
      process.off('SIGINT', killAll);
      wipe(folder);
    }
  });
}

const hostColours = ['cyan', 'magenta', 'green', 'yellow', 'blue'] as const;

/** A line of a container's log with the host it came from; each host has a colour of its own, where colours are. */
export function logText(host: string, line: string): string {
  const number = Number(/\d+$/.exec(host)?.[0] ?? 1);
  return `${styled(hostColours[(number - 1) % hostColours.length] ?? 'cyan', `${host} |`)} ${line}`;
}
