import { describe, expect, test } from 'vitest';
import { ContainerCannotStart } from '../../src/containers/container.ts';
import { startCommand } from '../../src/containers/start-command.ts';

const image = (Entrypoint?: readonly string[]) => ({
  ...(Entrypoint && { Entrypoint }),
  Env: [],
  Labels: {},
  ExposedPorts: [],
  architecture: 'arm64',
  os: 'linux',
});
const instead = (entrypoint?: readonly string[], words?: readonly string[]) => ({ entrypoint, arguments: words });

describe('startCommand()', () => {
  test.each([
    ['the word is the entry point’s argument', image(['/entry', '-v']), undefined, ['/entry', '-v', 'train']],
    ['without an entry point the word is the program', image(), instead(), ['train']],
    ['arguments stand for the word', image(['/entry']), instead(undefined, ['--epochs', '3']), ['/entry', '--epochs', '3']],
    ['without an entry point the first argument is the program', image(), instead(undefined, ['python3', 'train.py']), ['python3', 'train.py']],
    ['another entry point gets no word', image(['/entry']), instead(['/bin/bash']), ['/bin/bash']],
    ['another entry point may be a shell’s', image(['/entry']), instead(['/bin/bash', '-c'], ['./run.sh']), ['/bin/bash', '-c', './run.sh']],
    ['it stands for one in shell form', image(['/bin/sh', '-c', 'serve']), instead(['/entry'], ['x']), ['/entry', 'x']],
  ])('%s', (_fact, config, given, words) => {
    const { program, args } = startCommand(config, 'train', given);

    expect([program, ...args]).toEqual(words);
  });

  test('refuses an image’s own entry point in shell form, also with other arguments', () => {
    expect(() => startCommand(image(['/bin/sh', '-c', 'serve']), 'train', instead(undefined, ['x']))).toThrow(ContainerCannotStart);
  });
});
