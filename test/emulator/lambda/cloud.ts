import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { build } from 'esbuild';
import { strToU8, zipSync } from 'fflate';
import type { Clock } from '../../../src/emulator/clock.ts';
import { createFront, type Front } from '../../../src/emulator/front.ts';
import { createIdentities, type Identities } from '../../../src/emulator/iam/identities.ts';
import type { Kernel } from '../../../src/emulator/kernel.ts';
import { createLambdaService, type LambdaService, type LogLine, urlPrefix } from '../../../src/emulator/lambda/service.ts';
import type { Service } from '../../../src/emulator/operation.ts';
import { seededRandom } from '../../../src/emulator/random.ts';
import { startServer } from '../../../src/emulator/server.ts';
import { lineTrace } from '../../../src/emulator/trace.ts';
import { inProcess } from '../../../src/emulator/transport.ts';

/** Bundles a handler's source as serverless-esbuild does and zips it, as `functions/index.js` where nothing else is asked. */
export async function zipOf(source: string, options: { dynamicImport?: boolean; file?: string } = {}): Promise<Uint8Array> {
  const result = await build({
    stdin: { contents: source, resolveDir: path.resolve('.'), loader: 'ts' },
    bundle: true,
    minify: true,
    format: 'cjs',
    platform: 'node',
    target: 'node24',
    mainFields: ['module', 'main'],
    supported: { 'dynamic-import': options.dynamicImport ?? false },
    write: false,
  });
  return zipSync({ [options.file ?? 'functions/index.js']: [strToU8(result.outputFiles[0]?.text ?? ''), { mtime: '2026-01-01' }] });
}

/** A package of plain files, not bundled. */
export const zipFiles = (files: Record<string, string>): Uint8Array =>
  zipSync(Object.fromEntries(Object.entries(files).map(([name, text]) => [name, [strToU8(text), { mtime: '2026-01-01' }]])));

export interface LambdaCloud {
  readonly kernel: Kernel;
  readonly front: Front;
  readonly identities: Identities;
  readonly lambda: LambdaService;
  readonly client: LambdaClient;
  readonly trace: string[];
  readonly logs: { group: string; stream: string; line: LogLine }[];
  readonly crashes: unknown[];
  /** Makes a role for Lambda with these statements, `logs` among them; returns its ARN. */
  role(name: string, statements?: readonly object[]): string;
  stop(): Promise<void>;
}

export const anyLogs = { Effect: 'Allow', Action: ['logs:CreateLogStream', 'logs:PutLogEvents'], Resource: '*' };

/** Front, identities and Lambda on one clock; over HTTP when `http` is set. `services` stand beside Lambda. */
export async function lambdaCloud(options: { clock: Clock; seed?: number; http?: boolean; services?: readonly Service[] }): Promise<LambdaCloud> {
  const { clock } = options;
  const trace: string[] = [];
  const crashes: unknown[] = [];
  const logs: LambdaCloud['logs'] = [];
  const account = '000000000000';
  const region = 'eu-west-1';
  const written = lineTrace(
    () => clock.now(),
    (line) => trace.push(line),
  );
  const random = seededRandom(options.seed ?? 1, (name, value) => written.write('draw', { name, value }));
  const identities = createIdentities({ account });
  const front = createFront({ account, region, clock, random, trace: written, identities, onCrash: (error) => crashes.push(error) });
  const dataFolder = mkdtempSync(path.join(tmpdir(), 'emulator-lambda-'));
  const kernel: Kernel = {
    account,
    region,
    clock,
    random,
    trace: written,
    cloud: front.cloud,
    dataFolder,
    background: (_label, work) => void work().catch((error: unknown) => crashes.push(error)),
  };
  const server = options.http ? await startServer(front, 0) : undefined;
  const endpoint = server?.url ?? 'http://localhost:4566';
  const lambda = createLambdaService(kernel, {
    identities,
    transport: (request) => front.handle(request),
    endpointUrl: () => endpoint,
    appendLog: (group, stream, lines) => logs.push(...lines.map((line) => ({ group, stream, line }))),
  });
  front.register(lambda.service);
  for (const service of options.services ?? []) front.register(service);
  front.route(urlPrefix, lambda.serveUrl);
  const settings = { region, endpoint, credentials: { accessKeyId: 'test', secretAccessKey: 'test' }, maxAttempts: 1 };
  const client = new LambdaClient(server ? settings : { ...settings, requestHandler: inProcess(front) });
  return {
    kernel,
    front,
    identities,
    lambda,
    client,
    trace,
    logs,
    crashes,
    role(name, statements = [anyLogs]) {
      const arn = `arn:aws:iam::${account}:role/${name}`;
      const trust = {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
      };
      identities.createRole({ arn, trust, policies: [{ Version: '2012-10-17', Statement: statements }] });
      return arn;
    },
    async stop() {
      client.destroy();
      await lambda.close();
      await server?.close();
      clock.stop();
      rmSync(dataFolder, { recursive: true, force: true });
    },
  };
}
