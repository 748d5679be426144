import { describe, expect, it } from 'vitest';
import { readModule, readModules } from './architecture/imports.ts';
import { layerOf, tellingWords, wrongImports } from './architecture/rules.ts';

const modules = readModules();

describe('the tree', () => {
  it('was really read', () => {
    expect(modules.length).toBeGreaterThan(50);
    const imports = modules.flatMap((module) => module.imports);
    expect(imports.filter(({ to }) => to.startsWith('src/')).length).toBeGreaterThan(100);
    expect(imports.filter(({ kind }) => kind === 'type').length).toBeGreaterThan(50);
    for (const layer of ['core', 'ports', 'aws', 'emulator', 'containers', 'functions'] as const) {
      expect(modules.filter(({ path }) => layerOf(path) === layer).length, layer).toBeGreaterThan(2);
    }
  });

  it('has no module without a rule', () => expect(modules.map(({ path }) => path).filter((path) => layerOf(path) === undefined)).toEqual([]));

  it('imports only modules that are there', () => {
    const paths = new Set(modules.map(({ path }) => path));
    const missing = modules.flatMap(({ imports }) => imports).filter(({ to }) => /^(src|functions)\/.*\.[jt]s$/.test(to) && !paths.has(to));
    expect(missing.map(({ from, to }) => `${from} imports ${to}: there is no such module`)).toEqual([]);
  });

  it('points its imports the right way', () => expect(wrongImports(modules)).toEqual([]));

  it('keeps the emulator and what ships ignorant of each other', () => expect(tellingWords(modules)).toEqual([]));
});

describe('wrongImports()', () => {
  const sentences = (file: string, text: string) => wrongImports([readModule(file, text)]);

  it.each([
    ['src/gates/alarm.ts', "import { alarms } from '../aws/alarms.ts';", 'imports src/aws/alarms.ts: take the port Alarms as an argument'],
    [
      'src/candidate/train.ts',
      "import type { T } from '../aws/training-jobs.ts';",
      'imports src/aws/training-jobs.ts: take the port TrainingJobs as an argument',
    ],
    ['src/gates/alarm.ts', "import { alarmStates } from '../ports/alarms.ts';", 'write `import type`'],
    ['src/gates/alarm.ts', "import { type Alarms } from '../ports/alarms.ts';", 'write `import type`'],
    ['src/rollout/spec.ts', "import { readFileSync } from 'node:fs';", 'the core reads and waits for nothing'],
    ['src/rollout/spec.ts', "import { parse } from 'yaml';", 'the core knows zod alone'],
    ['src/rollout/spec.ts', "const yaml = await import('yaml');", 'the core knows zod alone'],
    ['src/ledger/chain.ts', "import { SNSClient } from '@aws-sdk/client-sns';", 'only src/aws/ calls AWS'],
    ['src/rollout/undo.ts', "export { handler } from '../../functions/undo.ts';", 'nobody imports functions/'],
    ['src/rollout/undo.ts', "import { train } from '../candidate/train.ts';", 'a sibling of the rollout'],
    ['src/ports/metrics.ts', "import { phases } from '../rollout/rollout.ts';", 'write `import type`'],
    ['src/aws/metrics.ts', "import { shift } from '../rollout/shift.ts';", 'write `import type`'],
    ['src/aws/metrics.ts', "import type { Wire } from '../app/wire.ts';", 'let src/app/wire.ts bring the two together'],
    ['src/app/wire.ts', "import { SNSClient } from '@aws-sdk/client-sns';", 'only src/aws/ calls AWS'],
    ['src/app/wire.ts', "type E = import('../emulator/kernel.ts').Kernel;", 'nothing that ships knows an emulator'],
    ['functions/undo.ts', "import middy from '@middy/core';", 'put it into src/app/'],
    ['functions/undo.ts', "import { metrics } from '../src/aws/metrics.ts';", 'take the port from src/app/wire.ts'],
    ['src/emulator/sqs/queue.ts', "import { phase } from '../../rollout/rollout.ts';", 'the emulator knows AWS alone'],
    ['src/emulator/sqs/queue.ts', "import { SQSClient } from '@aws-sdk/client-sqs';", 'src/emulator/wire/schemas.ts'],
    ['src/containers/run.ts', "import { clock } from '../emulator/clock.ts';", 'nothing that ships knows an emulator'],
    ['src/view/view.ts', "import { main } from '../cli/main.ts';", 'nobody imports src/cli/'],
    ['src/app/handler.ts', "import { push } from '../../test/events/push.ts';", 'tests and examples import the code'],
  ])('%s: %s', (file, text, remedy) => {
    expect(sentences(file, text)).toEqual([expect.stringContaining(remedy)]);
    expect(sentences(file, text)[0]).toMatch(new RegExp(`^${file} imports `));
  });

  it.each([
    [
      'src/gates/alarm.ts',
      "import * as z from 'zod/mini'; import type { Alarms } from '../ports/alarms.ts'; import { failed } from '../rollout/verdict.ts';",
    ],
    ['src/ledger/chain.ts', "import { createHash } from 'node:crypto';"],
    ['src/aws/endpoints.ts', "import { EndpointBusy } from '../rollout/errors.ts'; import { SageMakerClient } from '@aws-sdk/client-sagemaker';"],
    ['src/emulator/wire/schemas.ts', "import * as sqs from '@aws-sdk/client-sqs';"],
    ['src/emulator/sqs/queue.ts', "import type { Message } from '@aws-sdk/client-sqs'; import { pack } from '../../containers/pack.ts';"],
    ['src/cli/dev.ts', "import { start } from '../emulator/start.ts'; import { SNSClient } from '@aws-sdk/client-sns';"],
    ['src/gates/alarm.ts', "// import { alarms } from '../aws/alarms.ts';\nconst text = \"import { x } from '../aws/alarms.ts'\";"],
    ['bench/shift.ts', "import { start } from '../src/emulator/start.ts'; import { handler } from '../functions/undo.ts';"],
  ])('lets pass %s: %s', (file, text) => expect(sentences(file, text)).toEqual([]));
});

describe('tellingWords()', () => {
  const words = (file: string, text: string) => tellingWords([readModule(file, text)]);

  it('finds the emulator mentioned in what ships, comments included', () => {
    expect(words('src/app/wire.ts', '// For the emulator.\nexport const x = 1;')).toEqual([
      expect.stringContaining('src/app/wire.ts says "emulator"'),
    ]);
    expect(words('src/cli/dev.ts', 'export const emulator = 1;')).toEqual([]);
  });

  it('finds our nouns in the emulator’s code, and lets AWS keep its own', () => {
    expect(words('src/emulator/sqs/queue.ts', "export const rolloutId = 'x';")).toHaveLength(1);
    expect(words('src/emulator/sqs/queue.ts', "export const name = 'my-canary';")).toHaveLength(1);
    expect(words('src/emulator/sagemaker/deploy.ts', "export const type = 'CANARY'; export interface C { CanarySize: number }")).toEqual([]);
    expect(words('src/emulator/events/deliver.ts', 'export const deliveryMs = 1;')).toEqual([]);
  });
});
