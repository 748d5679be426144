import { execFileSync } from 'node:child_process';
import { describe, expect, it, test } from 'vitest';
import { explainExit, exitCodeOf, failureReason } from '../../src/containers/training-end.ts';

describe('exitCodeOf()', () => {
  it.each(['SIGTERM', 'SIGKILL', 'SIGSEGV', 'SIGILL'])('counts %s as a shell does', (signal) => {
    const counted = execFileSync('/bin/sh', ['-c', `sh -c 'kill -${signal.slice(3)} $$' 2>/dev/null; echo $?`], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    expect(exitCodeOf({ exitCode: null, signal })).toBe(Number(counted));
  });
});

describe('explainExit()', () => {
  // The codes and what they usually mean, from AWS's own troubleshooting pages and public threads.
  test.each([
    [{ exitCode: 0, signal: null }, /^exit code 0$/],
    [{ exitCode: 1, signal: null }, /^exit code 1: a general error/],
    [{ exitCode: 3, signal: null }, /^exit code 3$/],
    [{ exitCode: 126, signal: null }, /^exit code 126: .*not executable/],
    [{ exitCode: 127, signal: null }, /^exit code 127: .*not found/],
    [{ exitCode: 130, signal: null }, /^exit code 130, SIGINT: interrupted/],
    [{ exitCode: null, signal: 'SIGILL' }, /^exit code 132, SIGILL: illegal instruction.*AVX/],
    [{ exitCode: 137, signal: null }, /^exit code 137, SIGKILL: .*memory/],
    [{ exitCode: null, signal: 'SIGSEGV' }, /^exit code 139, SIGSEGV: segmentation fault/],
    [{ exitCode: 143, signal: null }, /^exit code 143, SIGTERM: asked to end/],
  ])('says what %j usually means', (exit, text) => expect(explainExit(exit, 'train')).toMatch(text));

  it('speaks of the training toolkit only where something trains', () =>
    expect(explainExit({ exitCode: 1, signal: null }, 'serve')).toBe('exit code 1: a general error'));
});

describe('failureReason()', () => {
  it('is the text and the code, as seen in public logs, with and without a text', () => {
    expect(failureReason('column 3 is empty', 4)).toBe('AlgorithmError: column 3 is empty, exit code: 4');
    expect(failureReason('', 1)).toBe('AlgorithmError: , exit code: 1');
  });

  it('never takes more than the 1024 characters of the API, and keeps the code', () => {
    const reason = failureReason('x'.repeat(5_000), 137);
    expect(reason).toHaveLength(1_024);
    expect(reason).toMatch(/^AlgorithmError: x+, exit code: 137$/);
  });
});
