import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { measure as measureDigits } from '../../examples/digits-sklearn/measure.ts';
import type { Figures } from '../../examples/measuring.ts';
import { measure as measureTumours } from '../../examples/tumour-classifier/measure.ts';
import { dockerEngine, type Engine } from '../../src/containers/run.ts';

let engine: Engine;
/** Every line the containers print. */
const lines: string[] = [];
beforeAll(async () => {
  const docker = await dockerEngine();
  engine = {
    ...docker,
    start: (spec) =>
      docker.start({
        ...spec,
        onLine(line, stream) {
          lines.push(line);
          spec.onLine(line, stream);
        },
      }),
  };
});
afterAll(() => engine.close());

/** A version's row in the README of its example. */
function row(example: string, version: string): string[] {
  const readme = readFileSync(fileURLToPath(new URL(`../../examples/${example}/README.md`, import.meta.url)), 'utf8');
  return new RegExp(`^\\| ${version} +\\|.*\\| ([\\d.]+ %) +\\| ([\\d.]+ %) +\\| ([\\d.]+ %) +\\|$`, 'm').exec(readme)?.slice(1) ?? [];
}
const told = ({ validationAccuracy, heldOutAccuracy, failureShare }: Figures) =>
  [validationAccuracy, heldOutAccuracy, failureShare].map((share) => `${(share * 100).toFixed(1)} %`);

describe('an example measures in Docker as its README says, and as it does as plain processes', () => {
  // v3 has all three: it learns, is right, and throws on some.
  it('tumour-classifier', async () => expect(told(await measureTumours('v3', engine))).toEqual(row('tumour-classifier', 'v3')));

  it('digits-sklearn, behind nginx, at /opt/ml and port 8080', async () => {
    expect(told(await measureDigits('v3', engine))).toEqual(row('digits-sklearn', 'v3'));
    expect(lines).toContain('gunicorn behind nginx on port 8080');
  });
});
