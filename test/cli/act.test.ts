import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { acts, answersOf } from '../../src/cli/act.ts';
import type { RolloutView } from '../../src/view/rollout-view.ts';

const id = 'churn-3f3f3f3f3f3f-1';
const imageDigest = `sha256:${'3f'.repeat(32)}`;
const bob = 'arn:aws:iam::000000000000:user/bob';

const viewOf = (told: Partial<RolloutView> = {}): RolloutView => ({
  id,
  delivery: 'churn',
  revision: 7,
  request: 'image-pushed: models/churn:v2',
  imageDigest,
  phase: 'Progressing',
  startedAt: '2026-01-01T12:00:00.000Z',
  durationSeconds: 1200,
  approved: [],
  canaryPercent: 10,
  candidate: {},
  trainingMetrics: {},
  steps: [],
  entries: [],
  ...told,
});

const asking = (subject: 'rollout' | number): Pick<Required<RolloutView>, 'approval'> => ({
  approval: { for: subject, expiresAt: '2026-01-01T14:00:00.000Z', onExpiry: 'reject' },
});
const approved: RolloutView['approved'] = [
  { for: 'rollout', by: 'expiry', at: '2026-01-01T12:10:00.000Z' },
  { for: 1, by: bob, at: '2026-01-01T12:15:00.000Z' },
];

describe('answersOf()', () => {
  test.each<[string, Parameters<typeof answersOf>, 'rollout' | number]>([
    ['a step that is asked about', ['approve', viewOf(asking(1))], 1],
    ['the whole, where that is asked about', ['reject', viewOf(asking('rollout'))], 'rollout'],
    ['what is asked, not what was approved before', ['approve', viewOf({ ...asking(2), approved })], 2],
    ['what was approved last, where nothing is asked', ['approve', viewOf({ approved })], 1],
    ['the step it is given, whatever is asked', ['approve', viewOf(asking(1)), 1], 0],
    ['the whole, which is step 0', ['reject', viewOf(asking(1)), 0], 'rollout'],
    ['the step it is given, where nothing is asked', ['reject', viewOf(), 3], 2],
  ])('is for %s', (_what, given, subject) => expect(answersOf(...given)).toEqual({ for: subject, imageDigest, revision: 7 }));

  test.each<[string, Parameters<typeof answersOf>, string]>([
    ['nobody is asked', ['approve', viewOf()], `Cannot approve rollout "${id}": nobody is being asked for an approval now, it is Progressing`],
    ['nobody is asked any more', ['reject', viewOf({ approved })], `Cannot reject rollout "${id}": nobody is being asked for an approval now`],
    ['it is over', ['reject', viewOf({ phase: 'Ended', outcome: 'Succeeded' })], `Cannot reject rollout "${id}": the rollout has ended (Succeeded)`],
  ])('answers nothing where %s', (_when, given, reason) => expect(() => answersOf(...given)).toThrow(reason));
});

/** What the scripted API answers with: a body, or a refusal's sentence. */
type Script = (request: { readonly action: string }) => { readonly body: unknown } | { readonly refusal: string; readonly status: number };

let server: Server;
let script: Script;
let requests: { readonly action: string }[];
let printed: string;

beforeEach(async () => {
  requests = [];
  printed = '';
  server = createServer((request, response) => {
    if (request.method === 'GET') {
      const { port } = server.address() as AddressInfo; // It listens on TCP.
      response.end(JSON.stringify({ FunctionUrl: `http://127.0.0.1:${port}/` }));
      return;
    }
    let text = '';
    request.setEncoding('utf8').on('data', (part: string) => (text += part));
    request.on('end', () => {
      const asked = JSON.parse(text) as { action: string }; // What the command sent.
      requests.push(asked);
      const answered = script(asked);
      response.statusCode = 'refusal' in answered ? answered.status : 200;
      response.end(JSON.stringify('refusal' in answered ? { error: 'BadRequest', message: answered.refusal } : answered.body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((printed += String(text)), true));
});
afterEach(async () => {
  vi.restoreAllMocks();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** Runs a command as its words on the command line would; what `main.ts` ends with exit code 1 is thrown. */
async function run(kind: 'approve' | 'reject' | 'pause', ...words: string[]): Promise<void> {
  const command = acts
    .find((act) => act.name() === kind)
    ?.exitOverride()
    .configureOutput({ writeErr: () => undefined });
  const { port } = server.address() as AddressInfo; // It listens on TCP.
  await command?.parseAsync([id, '--endpoint-url', `http://127.0.0.1:${port}`, '--region', 'us-east-1', ...words], { from: 'user' });
}

const taken: Script = ({ action }) => ({ body: { answer: 'accepted', rolloutId: id, text: `${action} is on its way` } });
const reads =
  (view: RolloutView, then: Script = taken): Script =>
  (request) =>
    request.action === 'get' ? { body: view } : then(request);

describe.each(['approve', 'reject'] as const)('sluice %s', (kind) => {
  test('is bound to what it read, and names it', async () => {
    script = reads(viewOf(asking(1)));
    await run(kind, '--reason', 'as agreed');
    expect(requests).toEqual([
      { action: 'get', rolloutId: id },
      { action: kind, rolloutId: id, reason: 'as agreed', answers: { for: 1, imageDigest, revision: 7 } },
    ]);
    expect(printed).toBe(`${id} asks a person to approve step 2 by 2026-01-01T14:00:00.000Z, else reject: ${kind} is on its way\n`);
  });

  test('prints the question for programs as well', async () => {
    script = reads(viewOf(asking('rollout')));
    await run(kind, '--output', 'json');
    expect(JSON.parse(printed)).toEqual({ answer: 'accepted', rolloutId: id, text: `${kind} is on its way`, ...asking('rollout') });
  });

  test('of another step than is asked is the API’s to refuse, in its words', async () => {
    const refusal = `Cannot ${kind} rollout "${id}": the answer is for step 1, asked is step 2`;
    script = reads(viewOf(asking(1)), () => ({ status: 400, refusal }));
    await expect(run(kind, '--step', '1')).rejects.toThrow(refusal);
    expect(requests.at(-1)).toEqual({ action: kind, rolloutId: id, answers: { for: 0, imageDigest, revision: 7 } });
  });

  test('sends nothing where nobody is asked', async () => {
    script = reads(viewOf());
    await expect(run(kind)).rejects.toThrow('nobody is being asked for an approval now');
    expect(requests).toEqual([{ action: 'get', rolloutId: id }]);
    expect(printed).toBe('');
  });

  test('sends nothing to a rollout there is not', async () => {
    script = () => ({ status: 404, refusal: `No rollout "${id}"; sluice list shows what there is` });
    await expect(run(kind)).rejects.toThrow(`No rollout "${id}"`);
    expect(requests).toEqual([{ action: 'get', rolloutId: id }]);
  });

  test.each(['', 'abc', '1e1', '-1'])('asks nobody where --step is "%s"', async (step) => {
    await expect(run(kind, '--step', step)).rejects.toThrow('Expected a whole number, 0 or more');
    expect(requests).toEqual([]);
  });
});

test('sluice approve again says that it is approved already', async () => {
  script = reads(viewOf({ approved }), () => ({ body: { answer: 'already', rolloutId: id, text: `step 2 was approved already by ${bob}` } }));
  await run('approve');
  expect(requests.at(-1)).toEqual({ action: 'approve', rolloutId: id, answers: { for: 1, imageDigest, revision: 7 } });
  expect(printed).toBe(`${id}: step 2 was approved already by ${bob}\n`);
});

test('sluice pause reads nothing first, and answers nothing', async () => {
  script = taken;
  await run('pause');
  expect(requests).toEqual([{ action: 'pause', rolloutId: id }]);
  expect(printed).toBe(`${id}: pause is on its way\n`);
});
