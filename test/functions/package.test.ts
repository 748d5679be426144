import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { unzipSync } from 'fflate';
import { beforeAll, describe, expect, test } from 'vitest';
import { packageAnew, packagedService } from '../package.ts';

/** What a function's code may weigh, unpacked and zipped, bytes: Lambda reads it at every cold start. The heaviest asks before traffic: it reads requests from S3, checks answers against schemas, and asks functions and webhooks; then who registers a model, with S3's client and where AWS publishes its images. */
const budget = { code: 1_030_000, zip: 327_000 };

interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
}

let folder = '';
let resources: Readonly<Record<string, Resource>> = {};
beforeAll(async () => {
  folder = await packagedService();
  const template = JSON.parse(readFileSync(path.join(folder, 'cloudformation-template-update-stack.json'), 'utf8')) as {
    Resources: typeof resources;
  }; // What CloudFormation would read.
  resources = template.Resources;
});

const ofType = (type: string) => Object.entries(resources).filter(([, resource]) => resource.Type === type);
const referenced = (value: unknown) => (value as { 'Fn::GetAtt'?: readonly string[] } | undefined)?.['Fn::GetAtt']?.[0];
const zips = () => readdirSync(folder).filter((name) => name.endsWith('.zip'));

describe('the packaged functions', () => {
  test('are one a file of functions/, each with its zip', () => {
    const files = readdirSync(new URL('../../functions', import.meta.url)).map((name) => name.replace(/\.ts$/, ''));
    const packaged = ofType('AWS::Lambda::Function').map(([, { Properties }]) => String(Properties['Handler']));
    expect(packaged.toSorted()).toEqual(files.map((name) => `functions/${name}.handler`).toSorted());
    expect(zips()).toHaveLength(files.length);
  });

  test('act each under a role of its own', () => {
    const roles = ofType('AWS::Lambda::Function').map(([name, { Properties }]) => [name, referenced(Properties['Role'])] as const);
    for (const [name, role] of roles) expect(role && resources[role]?.Type, name).toBe('AWS::IAM::Role');
    expect(new Set(roles.map(([, role]) => role)).size).toBe(roles.length);
  });

  test('run on Node 24, arm64, traced', () => {
    for (const [name, { Properties }] of ofType('AWS::Lambda::Function')) {
      expect(Properties, name).toMatchObject({ Runtime: 'nodejs24.x', Architectures: ['arm64'], TracingConfig: { Mode: 'Active' } });
    }
  });

  test('weigh what they may', () => {
    const heavy = zips().flatMap((name) => {
      const bytes = readFileSync(path.join(folder, name));
      const code = Object.values(unzipSync(bytes)).reduce((sum, file) => sum + file.length, 0);
      return code > budget.code || bytes.length > budget.zip ? [`${name}: ${code} bytes of code, ${bytes.length} zipped`] : [];
    });
    expect(heavy).toEqual([]);
  });

  test('are the same bytes whenever and wherever they are packaged', async () => {
    const again = path.join(mkdtempSync(path.join(tmpdir(), 'sluice-again-')), 'package');
    try {
      await packageAnew(again);
      const hashes = (where: string) =>
        zips().map((name) => [
          name,
          createHash('sha256')
            .update(readFileSync(path.join(where, name)))
            .digest('hex'),
        ]);
      expect(hashes(again)).toEqual(hashes(folder));
    } finally {
      rmSync(path.dirname(again), { recursive: true, force: true });
    }
  });
});

describe('what events bring', () => {
  const targets = () =>
    ofType('AWS::Events::Rule').flatMap(([rule, { Properties }]) =>
      (Properties['Targets'] as readonly Record<string, unknown>[]).map((target) => [rule, target] as const),
    );

  test('is kept where a rule cannot hand it over', () => {
    expect(targets().length).toBeGreaterThan(2);
    for (const [rule, target] of targets()) {
      expect(referenced((target['DeadLetterConfig'] as { Arn?: unknown } | undefined)?.Arn), rule).toBe('DeadLetters');
    }
  });

  test('is kept where a function fails on it for good', () => {
    for (const [rule, target] of targets()) {
      const name = referenced(target['Arn']) ?? '';
      expect(
        referenced((resources[name]?.Properties['DeadLetterConfig'] as { TargetArn?: unknown } | undefined)?.TargetArn),
        `${rule} -> ${name}`,
      ).toBe('DeadLetters');
    }
  });

  test('stays two weeks, the longest SQS keeps anything', () => {
    expect(resources['DeadLetters']?.Properties['MessageRetentionPeriod']).toBe(1_209_600);
  });
});

test('what outlives a deployment outlives the stack', () => {
  for (const name of ['Table', 'ModelBucket']) {
    expect(resources[name], name).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
  }
});

test('both state machines are Standard workflows in JSONata with roles of their own', () => {
  const machines = ofType('AWS::StepFunctions::StateMachine');
  expect(machines.map(([, { Properties }]) => String(Properties['StateMachineName'])).toSorted()).toEqual(['sluice-delivery', 'sluice-rollout']);
  const roles = machines.map(([, { Properties }]) => referenced(Properties['RoleArn']));
  expect(new Set(roles).size).toBe(2);
  for (const [, { Properties }] of machines) expect(Properties['StateMachineType']).toBe('STANDARD');
});
