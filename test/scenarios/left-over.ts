import { expect } from 'vitest';
import type { World } from './world.ts';

/**
 * Nothing is left over: every configuration, model, alarm, lock and wait belongs to something live. Reads the embedded
 * AWS's truth, not our record. A resting variant's model belongs to the configuration in force.
 *
 * @param foreign what somebody else made and a rollout must not touch
 */
export function expectNothingLeftOver(
  world: World,
  foreign: { readonly configs?: readonly string[]; readonly models?: readonly string[] } = {},
): void {
  const { sagemaker, cloudwatch, states, dynamodb } = world.emulator.services;
  const endpoints = sagemaker.endpoints();
  const configsInForce = new Set([...endpoints.map((endpoint) => endpoint.fleet.config.name), ...(foreign.configs ?? [])]);
  const modelsInForce = new Set([
    ...endpoints.flatMap((endpoint) => endpoint.fleet.variants.map((variant) => variant.config.ModelName)),
    ...(foreign.models ?? []),
  ]);
  expect(
    sagemaker
      .configs()
      .map((config) => config.name)
      .filter((name) => !configsInForce.has(name)),
  ).toEqual([]);
  expect(
    sagemaker
      .models()
      .map((model) => model.name)
      .filter((name) => !modelsInForce.has(name)),
  ).toEqual([]);
  expect(
    cloudwatch
      .alarms()
      .map((alarm) => alarm.name)
      .filter((name) => name.startsWith('sluice-')),
  ).toEqual([]);
  expect(endpoints.map((endpoint) => endpoint.status).filter((status) => status !== 'InService')).toEqual([]);
  expect(states.openExecutions()).toBe(0);
  expect(states.openTokens()).toEqual([]);
  const rows = dynamodb.tables
    .items(world.outputs['TableName'] ?? '')
    .map((item) => ({ pk: String(item['pk']?.S), sk: String(item['sk']?.S), item }));
  expect(rows.length).toBeGreaterThan(0);
  expect(rows.filter(({ pk, sk }) => sk.startsWith('WAIT#') || pk.startsWith('WATCH#')).map(({ pk, sk }) => `${pk} ${sk}`)).toEqual([]);
  expect(rows.filter(({ pk, item }) => pk.startsWith('ENDPOINT#') && item['holder'] !== undefined).map(({ pk }) => pk)).toEqual([]);
  expect(world.emulator.crashes).toEqual([]);
}
