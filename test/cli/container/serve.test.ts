import { describe, expect, it } from 'vitest';
import { serve } from '../../../src/cli/container/serve.ts';
import { folderOf, goodImage, program } from '../../containers/folder.ts';
import { capturePrinted, command } from './command.ts';

const echo = program(`#!/usr/bin/env node
const http = require('node:http');
http.createServer((request, answer) => request.url === '/ping' ? answer.end() : request.pipe(answer)).listen(Number(process.env.SAGEMAKER_BIND_TO_PORT));
process.on('SIGTERM', () => { console.log('asked to end'); process.exit(0); });
`);
const imageOf = (serve: typeof echo) => folderOf({ ...goodImage, serve });

const printed = capturePrinted();
const run = (...words: string[]) =>
  serve
    .exitOverride()
    .configureOutput({ writeErr: () => undefined })
    .parseAsync(words, { from: 'user' });

describe('sluice container serve', () => {
  it('serves until Ctrl-C, with a live log; then it asks the container to end, exits with 130 and leaves nothing behind', async () => {
    const serving = command('serve', imageOf(echo), '--engine', 'process', '--port', '0');
    const [, url] = await serving.said(/InService: (http:\S+)\n/);
    const answer = await fetch(`${url}/invocations`, { method: 'POST', body: '1,2' });
    expect(await answer.text()).toBe('1,2');
    serving.kill('SIGINT');

    expect(await serving.ended).toBe(130);
    expect(serving.stdout()).toMatch(/… POST \/invocations 200 in \d+ ms\n/);
    expect(serving.stdout()).toContain('serve | asked to end\n');
    expect(serving.stdout()).toContain('Deleting: SIGTERM, SIGKILL 30 s later');
    expect(serving.leftOver()).toEqual([]);
  });

  it('exits with 1 where the container ends by itself', async () => {
    await run(imageOf(program('#!/bin/sh\nexit 3\n')), '--engine', 'process', '--port', '0');
    expect(process.exitCode).toBe(1);
    expect(printed()).toContain('Failed: serve ended by itself with exit code 3');
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
