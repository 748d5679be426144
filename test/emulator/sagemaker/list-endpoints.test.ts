import { describe, expect, test } from 'vitest';
import { seconds, virtualWorld } from './fixture.ts';

interface Listed {
  readonly Endpoints: readonly { readonly EndpointName: string }[];
  readonly NextToken?: string;
}

describe('ListEndpoints', () => {
  test('lists newest first, ten a page, and pages on by token', async () => {
    const w = virtualWorld();
    await w.configure('config', { stable: {} });
    for (let n = 1; n <= 12; n++) {
      await w.call('CreateEndpoint', { EndpointName: `e${n}`, EndpointConfigName: 'config' });
      await w.kernel.clock.advance(seconds(1));
    }

    const first = await w.call<Listed>('ListEndpoints', {});
    expect(first.Endpoints.map((endpoint) => endpoint.EndpointName)).toEqual(['e12', 'e11', 'e10', 'e9', 'e8', 'e7', 'e6', 'e5', 'e4', 'e3']);
    const second = await w.call<Listed>('ListEndpoints', { NextToken: first.NextToken });
    expect(second.Endpoints.map((endpoint) => endpoint.EndpointName)).toEqual(['e2', 'e1']);
    expect(second).not.toHaveProperty('NextToken');
  });

  test('filters by name and status, sorts by name', async () => {
    const w = virtualWorld();
    await w.configure('config', { stable: {} });
    for (const name of ['beta-1', 'alpha-2', 'alpha-1']) await w.endpoint(name, 'config');
    await w.call('DeleteEndpoint', { EndpointName: 'alpha-2' });

    const listed = await w.call<Listed>('ListEndpoints', { NameContains: 'alpha', SortBy: 'Name', SortOrder: 'Ascending' });
    expect(listed.Endpoints.map((endpoint) => endpoint.EndpointName)).toEqual(['alpha-1', 'alpha-2']);
    const deleting = await w.call<Listed>('ListEndpoints', { StatusEquals: 'Deleting' });
    expect(deleting.Endpoints.map((endpoint) => endpoint.EndpointName)).toEqual(['alpha-2']);
  });
});
