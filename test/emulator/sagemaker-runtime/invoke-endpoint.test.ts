import type { InvokeEndpointCommandOutput } from '@aws-sdk/client-sagemaker-runtime';
import { describe, expect, test } from 'vitest';
import { AwsError } from '../../../src/emulator/aws-error.ts';
import { minutes, refusal, seconds, virtualWorld, type World } from '../sagemaker/fixture.ts';

const invoke = (w: World, more: Record<string, unknown> = {}) =>
  w.call<InvokeEndpointCommandOutput>('InvokeEndpoint', {
    EndpointName: 'churn',
    Body: new TextEncoder().encode('1,2'),
    ContentType: 'text/csv',
    ...more,
  });

async function split(stable: number, canary: number, labels: Record<string, string> = {}): Promise<World> {
  const w = virtualWorld();
  await w.configure('config', { stable: { weight: stable }, canary: { weight: canary, labels } });
  await w.endpoint('churn', 'config');
  return w;
}

describe('InvokeEndpoint', () => {
  test('splits requests by the ratio of weights', async () => {
    const w = await split(3, 1);
    let canary = 0;
    for (let n = 0; n < 4000; n++) if ((await invoke(w)).InvokedProductionVariant === 'canary') canary++;

    // 1000 expected; four standard deviations are 110.
    expect(canary).toBeGreaterThan(890);
    expect(canary).toBeLessThan(1110);
  });

  test('TargetVariant reaches a variant at weight 0, which draws nobody otherwise', async () => {
    const w = await split(1, 0, { 'local.behaviour.answer': 'from the canary' });

    const targeted = await invoke(w, { TargetVariant: 'canary' });
    expect(targeted.InvokedProductionVariant).toBe('canary');
    expect(new TextDecoder().decode(targeted.Body)).toBe('from the canary');
    for (let n = 0; n < 200; n++) expect((await invoke(w)).InvokedProductionVariant).toBe('stable');
  });

  test('a failing model is a 424 ModelError with its own status and message', async () => {
    const w = await split(1, 0, { 'local.behaviour.errorRate4xx': '1' });
    const error: unknown = await invoke(w, { TargetVariant: 'canary' }).catch((thrown: unknown) => thrown);

    expect(error).toBeInstanceOf(AwsError);
    expect(error).toMatchObject({
      code: 'ModelError',
      status: 424,
      message:
        'Received client error (400) from primary with message "The model failed". See https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#logEventViewer:group=/aws/sagemaker/Endpoints/churn in account 000000000000 for more information.',
      fields: {
        ErrorCode: 'CLIENT_ERROR_FROM_MODEL',
        OriginalStatusCode: 400,
        OriginalMessage: 'The model failed',
        LogStreamArn: 'arn:aws:logs:eu-west-1:000000000000:log-group:/aws/sagemaker/Endpoints/churn',
      },
    });
    expect(w.sageMaker.served('churn')).toMatchObject([{ variantName: 'canary', requests: 1, errors: 1 }]);
  });

  test('refuses unknown endpoints, variants, models and bodies that are too large, before any variant is met', async () => {
    const w = await split(1, 1);

    expect(await refusal(invoke(w, { EndpointName: 'nope' }))).toBe('ValidationError: Endpoint nope of account 000000000000 not found.');
    expect(await refusal(invoke(w, { TargetVariant: 'nope' }))).toMatch(/^ValidationError: /);
    expect(await refusal(invoke(w, { TargetModel: 'm.tar.gz' }))).toBe(
      'ValidationError: Endpoint churn is not a multi-model endpoint and does not support target model header.',
    );
    expect(await refusal(invoke(w, { Body: new Uint8Array(6_291_457) }))).toMatch(/^ValidationError: .*6291456/);
    expect(await refusal(invoke(w, { Body: new Uint8Array(6_291_456) }))).toBe('accepted');
    expect(w.sageMaker.served('churn').reduce((sum, variant) => sum + variant.requests, 0)).toBe(1);
  });

  test('knows no endpoint that is still being created, and answers all through an update', async () => {
    const w = virtualWorld();
    await w.configure('one', { stable: { labels: { 'local.behaviour.answer': 'one' } } });
    await w.configure('two', { stable: { labels: { 'local.behaviour.answer': 'two' } } });
    await w.call('CreateEndpoint', { EndpointName: 'churn', EndpointConfigName: 'one' });
    expect(await refusal(invoke(w))).toBe('ValidationError: Endpoint churn of account 000000000000 not found.');
    await w.kernel.clock.advance(minutes(10));

    await w.call('UpdateEndpoint', { EndpointName: 'churn', EndpointConfigName: 'two' });
    const answers: string[] = [];
    for (let n = 0; n < 66; n++) {
      await w.kernel.clock.advance(seconds(10));
      answers.push(new TextDecoder().decode((await invoke(w)).Body));
    }
    const first = answers.indexOf('two');
    expect(first).toBeGreaterThan(50);
    expect(answers.slice(0, first).every((answer) => answer === 'one')).toBe(true);
    expect(answers.slice(first).every((answer) => answer === 'two')).toBe(true);
  });

  test('refuses everybody while every weight is 0', async () => {
    const w = await split(0, 0);

    expect(await refusal(invoke(w))).toMatch(/^ValidationError: .*no production variant with a weight above 0/);
    expect((await invoke(w, { TargetVariant: 'stable' })).InvokedProductionVariant).toBe('stable');
  });

  test('a serverless variant is described, and refused by name when it is asked', async () => {
    const w = virtualWorld();
    await w.configure('plain', { stable: {} });
    await w.call('CreateEndpointConfig', {
      EndpointConfigName: 'serverless',
      ProductionVariants: [{ VariantName: 'all', ModelName: 'plain-stable', ServerlessConfig: { MemorySizeInMB: 2048, MaxConcurrency: 5 } }],
    });
    await w.endpoint('churn', 'serverless');

    expect(await w.describe('churn')).toMatchObject({
      EndpointStatus: 'InService',
      ProductionVariants: [{ VariantName: 'all', CurrentServerlessConfig: { MemorySizeInMB: 2048, MaxConcurrency: 5 } }],
    });
    expect(await refusal(invoke(w))).toContain('NotEmulated: The embedded AWS does not emulate hosting serverless variants');
  });
});
