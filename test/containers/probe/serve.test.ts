import { createServer } from 'node:net';
import { afterAll, describe, expect, it } from 'vitest';
import { judge } from '../../../src/containers/checks/check.ts';
import { checks } from '../../../src/containers/checks/serving/registry.ts';
import type { ServingLimits } from '../../../src/containers/checks/serving/seen.ts';
import { assembleImage } from '../../../src/containers/pack.ts';
import { layOut } from '../../../src/containers/probe/lay-out.ts';
import { probeServing } from '../../../src/containers/probe/serve.ts';
import { processEngine } from '../../../src/containers/run.ts';
import { goodServers, servesOn8080, servingFolder, servingMistakes } from '../fixtures/serving.ts';
import { type FileSpec, folderOf } from '../folder.ts';

const engine = processEngine();
afterAll(() => engine.close());

/** SageMaker's limits, shorter: what is too slow here is slower than these, what is right is much faster. */
const limits: ServingLimits = { startupMs: 30_000, pingMs: 2_000, invocationMs: 20_000, stopMs: 4_000, acceptMs: 800, settleMs: 1_000 };

async function probe(files: Readonly<Record<string, FileSpec>>, change: Partial<ServingLimits> = {}) {
  const { contents } = assembleImage(folderOf(servingFolder(files)));
  const rootFolder = folderOf({});
  layOut(contents, rootFolder);
  const seen = await probeServing(engine, {
    image: { rootFolder, config: contents.config, imageUri: 'an-image' },
    layModel() {},
    environment: {},
    request: { contentType: 'text/csv', body: new TextEncoder().encode('1,2\n') },
    limits: { ...limits, ...change },
    newFolder: () => folderOf({}),
  });
  return { seen, ...judge(checks, seen) };
}

const portIsFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '0.0.0.0', () => server.close(() => resolve(true)));
  });

/** Only who insists on 8080 needs it. */
const needs8080 = ['CC-46'];

describe('probeServing() and its checks name', () => {
  it.concurrent.for(servingMistakes)('$id where there is $mistake, and nothing else', async ({ id, files, limits, says }, { expect, skip }) => {
    if (needs8080.includes(id) && !(await portIsFree(8080))) skip('port 8080 is taken on this machine');
    const { findings } = await probe(files, limits);
    expect(findings.map((finding) => `${finding.id ?? ''} ${finding.what}`)).toEqual([expect.stringMatching(says) as string]);
    expect(findings[0]?.id).toBe(id);
    expect(findings[0]?.fix).not.toBe('');
  });
});

describe('probeServing() finds nothing to complain of', () => {
  it.each(Object.entries(goodServers))('in %s', async (_name, files) => {
    // Nothing is waited for where all is well, but for an app that comes back.
    const { findings, notChecked, seen } = await probe(files, { settleMs: 20_000 });
    expect(findings).toEqual([]);
    expect(notChecked.map(({ id }) => id).filter((id) => id !== 'CC-42')).toEqual([]);
    expect(seen.stopped).toMatchObject({ exitCode: 0, signal: null });
  });

  it('in one that listens on 8080 and never said that it reads another', async (context) => {
    if (!(await portIsFree(8080))) context.skip('port 8080 is taken on this machine');
    const { findings, notChecked, seen } = await probe(servesOn8080);
    expect(findings).toEqual([]);
    expect(notChecked.map(({ id }) => id)).toContain('CC-46');
    expect(seen.answersOn).toBe(8080);
  });
});
