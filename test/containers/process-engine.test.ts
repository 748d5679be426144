import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ImageConfig } from '../../src/containers/image.ts';
import { type Container, ContainerCannotStart, type ContainerSpec, type Engine, freePort, processEngine } from '../../src/containers/run.ts';
import { type FileSpec, folderOf, program } from './folder.ts';

const bareConfig: ImageConfig = { Env: ['PATH=/opt/program:/usr/bin'], Labels: {}, ExposedPorts: [], architecture: 'amd64', os: 'linux' };

let engine: Engine;
beforeEach(() => {
  engine = processEngine();
});
afterEach(() => engine.close());

interface Started {
  readonly container: Container;
  readonly lines: string[];
  readonly baseFolder: string;
  readonly rootFolder: string;
}

async function start(
  files: Record<string, FileSpec>,
  spec: Partial<Omit<ContainerSpec, 'config'>> & { config?: Partial<ImageConfig> } = {},
): Promise<Started> {
  const rootFolder = folderOf(files);
  const baseFolder = folderOf({});
  const lines: string[] = [];
  const container = await engine.start({
    rootFolder,
    baseFolder,
    command: 'train',
    environment: {},
    onLine: (line, stream) => lines.push(`${stream}: ${line}`),
    name: 'job-1',
    imageUri: 'an-image',
    ...spec,
    config: { ...bareConfig, ...spec.config },
  });
  return { container, lines, baseFolder, rootFolder };
}

/** Lets a program say that it got so far: files appear in its `/opt/ml`. */
async function appears(file: string): Promise<string> {
  const giveUpAt = performance.now() + 20_000;
  while (!existsSync(file) || readFileSync(file, 'utf8') === '') {
    if (performance.now() > giveUpAt) throw new Error(`${file} did not appear`);
    await sleep(10);
  }
  return readFileSync(file, 'utf8').trim();
}
const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    // A zombie has ended; whoever adopted it may not have looked yet.
    return !/^\S+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
};
async function dies(pid: number): Promise<boolean> {
  for (let attempt = 0; attempt < 1_000; attempt++) {
    if (!isAlive(pid)) return true;
    await sleep(10);
  }
  return false;
}

describe('processEngine() starts', () => {
  it('the word as a program of the PATH, in WORKDIR, and tells every line and the exit code', async () => {
    const { container, lines, rootFolder } = await start(
      { 'opt/program/train': program('#!/bin/sh\npwd\necho to stderr >&2\necho "$0 $*"\nprintf unfinished\nexit 3\n') },
      { config: { WorkingDir: '/opt/program' } },
    );

    expect(await container.exited).toEqual({ exitCode: 3, signal: null });
    expect(lines.filter((line) => line.startsWith('stdout'))).toEqual([
      `stdout: ${join(rootFolder, 'opt/program')}`,
      `stdout: ${join(rootFolder, 'opt/program/train')} `,
      'stdout: unfinished',
    ]);
    expect(lines).toContain('stderr: to stderr');
  });

  it('an exec-form ENTRYPOINT with the word as its last argument, image paths mapped, the interpreter of this machine', async () => {
    const { container, lines } = await start(
      { 'opt/program/main.mjs': 'console.log(process.argv.slice(2).join(" "))' },
      { config: { Entrypoint: ['/usr/local/bin/node', '/opt/program/main.mjs', '--quiet'] }, command: 'serve' },
    );

    expect(await container.exited).toMatchObject({ exitCode: 0 });
    expect(lines).toEqual(['stdout: --quiet serve']);
  });

  it("a script's interpreter from the image before the machine's", async () => {
    const { container, lines } = await start({
      'opt/program/train': program('#!/usr/bin/env speaker\n'),
      'usr/bin/speaker': program('#!/bin/sh\necho "speaker of the image: $1"\n'),
    });

    await container.exited;
    expect(lines).toEqual([expect.stringMatching(/^stdout: speaker of the image: \/.*\/opt\/program\/train$/)]);
  });

  it.each([
    ['no program of that name', {}, {}, 'exec: "train": executable file not found in $PATH'],
    [
      'a file that is not executable, by the same words as Docker',
      { 'opt/program/train': '#!/bin/sh' },
      {},
      'exec: "train": executable file not found in $PATH',
    ],
    ['an entry point that is not executable', { main: '#!/bin/sh' }, { Entrypoint: ['/main'] }, 'exec: "/main": permission denied'],
    ['an entry point that is not there', {}, { Entrypoint: ['/main'] }, 'exec: "/main": no such file or directory'],
    [
      'an unknown interpreter',
      { 'opt/program/train': program('#!/usr/bin/env cobol-77\n') },
      {},
      'its interpreter "cobol-77" is neither in the image nor on this machine',
    ],
    ['a shell-form entry point', {}, { Entrypoint: ['/bin/sh', '-c', 'x'] }, 'ENTRYPOINT is in shell form'],
  ])('nothing where there is %s', async (_, files, config, text) => {
    await expect(start(files as Record<string, FileSpec>, { config })).rejects.toThrow(ContainerCannotStart);
    await expect(start(files as Record<string, FileSpec>, { config })).rejects.toThrow(text);
  });
});

describe('a container that is a process', () => {
  it('sees its places and its own environment, not the environment of who starts it', async () => {
    process.env['SECRET_OF_THE_HOST'] = 'x';
    const { container, lines, baseFolder, rootFolder } = await start(
      { 'opt/program/serve': program('#!/bin/sh\nenv\n'), 'opt/lib/x': '' },
      {
        command: 'serve',
        port: 12_345,
        config: { Env: ['PATH=/opt/program', 'LIBRARY=/opt/lib:/nowhere', 'LEVEL=image', 'MODEL=/opt/ml/model/m.json'] },
        environment: { LEVEL: 'api', SAGEMAKER_BASE_DIR: '/elsewhere' },
      },
    );
    await container.exited;
    delete process.env['SECRET_OF_THE_HOST'];
    const seen = Object.fromEntries(lines.map((line) => line.replace('stdout: ', '').split(/=(.*)/s).slice(0, 2) as [string, string]));

    expect(seen).toMatchObject({
      LIBRARY: `${join(rootFolder, 'opt/lib')}:/nowhere`,
      LEVEL: 'api',
      MODEL: join(baseFolder, 'model/m.json'),
      SAGEMAKER_BASE_DIR: baseFolder,
      SAGEMAKER_BIND_TO_PORT: '12345',
    });
    expect(seen['PATH']?.split(':')[0]).toBe(join(rootFolder, 'opt/program'));
    expect(seen).not.toHaveProperty('SECRET_OF_THE_HOST');
    expect(existsSync(seen['TMPDIR'] ?? '')).toBe(false);
  });

  it('is asked to end by SIGTERM and may say how', async () => {
    const { container, baseFolder, lines } = await start({
      'opt/program/train': program('#!/bin/sh\ntrap "echo saved; exit 0" TERM\necho up >"$SAGEMAKER_BASE_DIR/up"\nwhile :; do sleep 0.05; done\n'),
    });
    await appears(join(baseFolder, 'up'));

    await container.stop(60_000);
    expect(await container.exited).toEqual({ exitCode: 0, signal: null });
    expect(lines).toEqual(['stdout: saved']);
    await container.stop(60_000);
  });

  it('is killed when it does not end, with everything it started', async () => {
    const { container, baseFolder } = await start({
      'opt/program/train': program('#!/bin/sh\ntrap "" TERM\nsleep 600 &\necho $! >"$SAGEMAKER_BASE_DIR/child"\nwhile :; do sleep 0.05; done\n'),
    });
    const child = Number(await appears(join(baseFolder, 'child')));

    await container.stop(50);
    expect(await container.exited).toEqual({ exitCode: null, signal: 'SIGKILL' });
    expect(await dies(child)).toBe(true);
  });

  it('takes its children with it when it ends by itself', async () => {
    const { container, baseFolder } = await start({
      'opt/program/train': program('#!/bin/sh\nsleep 600 &\necho $! >"$SAGEMAKER_BASE_DIR/child"\nexit 0\n'),
    });
    expect(await container.exited).toEqual({ exitCode: 0, signal: null });
    expect(await dies(Number(readFileSync(join(baseFolder, 'child'), 'utf8')))).toBe(true);
  });

  it('ends with its engine', async () => {
    const { container, baseFolder } = await start({
      'opt/program/train': program('#!/bin/sh\necho $$ >"$SAGEMAKER_BASE_DIR/pid"\nexec sleep 600\n'),
    });
    const pid = Number(await appears(join(baseFolder, 'pid')));

    await engine.close();
    expect(isAlive(pid)).toBe(false);
    expect(await container.exited).toEqual({ exitCode: null, signal: 'SIGKILL' });
    await expect(start({ 'opt/program/train': program('#!/bin/sh\n') })).rejects.toThrow('the engine is closed');
  });

  it('does not survive an owner that is killed', async () => {
    const rootFolder = folderOf({ 'opt/program/train': program('#!/bin/sh\nsleep 600 &\necho "$$ $!" >"$SAGEMAKER_BASE_DIR/pids"\nwait\n') });
    const baseFolder = folderOf({});
    const run = fileURLToPath(new URL('../../src/containers/run.ts', import.meta.url));
    const owner = folderOf({
      'owner.mts': `import { processEngine } from ${JSON.stringify(run)};
        await processEngine().start({ rootFolder: ${JSON.stringify(rootFolder)}, baseFolder: ${JSON.stringify(baseFolder)}, config: ${JSON.stringify(bareConfig)},
          command: 'train', environment: {}, onLine() {}, name: 'x', imageUri: 'x' });
        setInterval(() => {}, 1000);`,
    });
    const master = spawn(process.execPath, [join(owner, 'owner.mts')], { stdio: 'inherit' });
    const pids = (await appears(join(baseFolder, 'pids'))).split(' ').map(Number);
    expect(pids.every(isAlive)).toBe(true);

    const gone = once(master, 'exit');
    master.kill('SIGKILL');
    await gone;
    expect(await Promise.all(pids.map(dies))).toEqual([true, true]);
  });
});

describe('an image that ignores SAGEMAKER_BIND_TO_PORT', () => {
  const listener = program(`#!/usr/bin/env node
    const port = Number(process.env.OWN_PORT ?? process.env.SAGEMAKER_BIND_TO_PORT);
    require('node:http').createServer((_, answer) => answer.end('pong')).listen(port, '127.0.0.1', () => require('node:fs').writeFileSync(process.env.SAGEMAKER_BASE_DIR + '/up', 'up'));`);
  const serve = (environment: Record<string, string>, port: number) =>
    start({ 'opt/program/serve': listener, 'opt/program/package.json': '{"type":"commonjs"}' }, { command: 'serve', port, environment });

  it('is told by the port it listens on instead', async () => {
    const [port, own] = [await freePort(), await freePort()];
    const { container, baseFolder } = await serve({ OWN_PORT: String(own) }, port);
    await appears(join(baseFolder, 'up'));

    expect(await container.whyUnreachable()).toBe(
      `"job-1" listens on port ${own} and ignores SAGEMAKER_BIND_TO_PORT=${port}: read that variable, or run the image with Docker`,
    );
  });

  it('is told in its own log when the port it wants is taken', async () => {
    const [port, own] = [await freePort(), await freePort()];
    const taken: Server = createServer();
    await new Promise<void>((resolve) => taken.listen(own, '127.0.0.1', resolve));
    const { container, lines } = await serve({ OWN_PORT: String(own) }, port);

    await container.exited;
    taken.close();
    expect(lines.at(-1)).toMatch(
      new RegExp(`^stderr: "job-1" found its port taken \\(".*EADDRINUSE.*:${own}"\\): it ignores SAGEMAKER_BIND_TO_PORT=${port};`),
    );
  });

  it('is not said of one that listens where it should', async () => {
    const port = await freePort();
    const { container, baseFolder } = await serve({}, port);
    await appears(join(baseFolder, 'up'));

    expect(container.url).toBe(`http://127.0.0.1:${port}`);
    expect(await (await fetch(container.url ?? '')).text()).toBe('pong');
    expect(await container.whyUnreachable()).toBeUndefined();
    await container.stop(5_000);
    await expect(fetch(container.url ?? '')).rejects.toThrow();
  });
});

describe('freePort()', () => {
  it('gives a port once, and one that can be taken', async () => {
    const ports = await Promise.all(Array.from({ length: 20 }, freePort));
    expect(new Set(ports).size).toBe(20);
    const server = createServer();
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(ports[0], '127.0.0.1', resolve));
    server.close();
  });
});
