import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { serve } from '../../../src/cli/container/serve.ts';
import { folderOf, goodImage, program } from '../../containers/folder.ts';

const main = fileURLToPath(new URL('../../../src/cli/main.ts', import.meta.url));
const echo = program(`#!/usr/bin/env node
const http = require('node:http');
http.createServer((request, answer) => request.url === '/ping' ? answer.end() : request.pipe(answer)).listen(Number(process.env.SAGEMAKER_BIND_TO_PORT));
process.on('SIGTERM', () => { console.log('asked to end'); process.exit(0); });
`);
const imageOf = (serve: typeof echo) => folderOf({ ...goodImage, serve });

let printed = '';
beforeEach(() => {
  printed = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((printed += String(text)), true));
});
afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
});
const run = (...words: string[]) =>
  serve
    .exitOverride()
    .configureOutput({ writeErr: () => undefined })
    .parseAsync(words, { from: 'user' });

describe('sluice container serve', () => {
  it('serves until Ctrl-C, with a live log; then it asks the container to end, exits with 130 and leaves nothing behind', async () => {
    const before = readdirSync(tmpdir()).filter((name) => name.startsWith('sluice-local-'));
    const command = spawn(process.execPath, [main, 'container', 'serve', imageOf(echo), '--engine', 'process', '--port', '0'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let log = '';
    const url = new Promise<string>((resolve) => {
      command.stdout.setEncoding('utf8').on('data', (text: string) => {
        log += text;
        const [, found] = /InService: (http:\S+)\n/.exec(log) ?? [];
        if (found !== undefined) resolve(found);
      });
    });
    const ended = once(command, 'exit');
    const answer = await fetch(`${await url}/invocations`, { method: 'POST', body: '1,2' });
    expect(await answer.text()).toBe('1,2');
    command.kill('SIGINT');

    expect((await ended)[0]).toBe(130);
    expect(log).toMatch(/… POST \/invocations 200 in \d+ ms\n/);
    expect(log).toContain('serve | asked to end\n');
    expect(log).toContain('Deleting: SIGTERM, SIGKILL 30 s later');
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith('sluice-local-') && !before.includes(name))).toEqual([]);
  });

  it('exits with 1 where the container ends by itself', async () => {
    await run(imageOf(program('#!/bin/sh\nexit 3\n')), '--engine', 'process', '--port', '0');
    expect(process.exitCode).toBe(1);
    expect(printed).toContain('Failed: serve ended by itself with exit code 3');
  });

  it.each([
    [['--model', '/there/is/none'], 'There is no folder or file "/there/is/none"'],
    [['--model', 's3://b/model.tar.gz'], 'aws s3 cp s3://b/model.tar.gz .'],
    [['--startup-timeout', '59s'], 'the start-up window is 59 s, expected 60 s to 60 minutes'],
    [['--startup-timeout', 'soon'], 'Expected a duration'],
    [['--env', `A=${'x'.repeat(1_025)}`], 'longer than 1024 characters'],
  ])('refuses %j with a remedy', async (words, text) => {
    await expect(run(imageOf(echo), ...words)).rejects.toThrow(text);
  });
});
