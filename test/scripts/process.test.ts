import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { describe, expect, it } from 'vitest';

const module = JSON.stringify(new URL('../../scripts/process.ts', import.meta.url).href);

/** A script in a process of its own that does `work` and tells lines of it. */
function script(work: string) {
  const text = `import { leaveWith, run } from ${module};
const quietly = (...command) => run(command, { shows: false, limitSeconds: 60 });
await leaveWith(async () => { ${work} });`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', text], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines: string[] = [];
  const reader = createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  return { child, lines, reader, ended: once(child, 'close') };
}

describe('leaveWith()', () => {
  it('leaves with the code of the work', async () => {
    const { ended } = script("return (await quietly('sh', '-c', 'exit 7')).code;");
    expect(await ended).toEqual([7, null]);
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('ends what runs on %s, cleans up and begins nothing more', async (signal, code) => {
    const { child, lines, reader, ended } = script(`
      try {
        const running = quietly('sleep', '60');
        console.log('sleeps');
        await running;
        console.log('went on');
        await quietly('sleep', '60');
      } finally {
        console.log('cleaned up');
      }
      return 0;`);
    await once(reader, 'line');
    child.kill(signal);
    expect(await ended).toEqual([code, null]);
    expect(lines).toEqual(['sleeps', 'cleaned up']);
  });
});
