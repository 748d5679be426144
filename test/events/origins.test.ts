import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const read = (name: string): unknown => JSON.parse(readFileSync(new URL(name, import.meta.url), 'utf8'));
const samples = readdirSync(new URL('.', import.meta.url)).filter((name) => name.endsWith('.json') && name !== 'origins.json');
/** Events that others send to us by our own rules: docs/triggers/ says what is in them, AWS nothing. */
const own = readdirSync(new URL('own', import.meta.url)).map((name) => `own/${name}`);
const origins = read('origins.json') as { samples: Record<string, { shapeFrom: string; status: string }> };

describe('test/events', () => {
  it('says of each sample where its shape comes from, and of nothing else', () => {
    expect(samples.length).toBeGreaterThan(20);
    expect(Object.keys(origins.samples).sort()).toEqual(samples.sort());
    for (const [name, origin] of Object.entries(origins.samples)) {
      expect(origin.shapeFrom.length, name).toBeGreaterThan(10);
      expect(origin.status.length, name).toBeGreaterThan(5);
    }
  });

  it.each([
    ...samples.map((name) => [name, /^aws\./] as const),
    // PutEvents refuses `aws.` to everybody but AWS.
    ...own.map((name) => [name, /^sluice\./] as const),
  ])('%s is an event in EventBridge’s envelope', (name, source) => {
    expect(read(name)).toEqual({
      version: '0',
      id: expect.stringMatching(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/) as string,
      'detail-type': expect.any(String) as string,
      source: expect.stringMatching(source) as string,
      account: expect.stringMatching(/^\d{12}$/) as string,
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/) as string,
      region: expect.any(String) as string,
      resources: expect.any(Array) as string[],
      detail: expect.any(Object) as object,
    });
  });
});
