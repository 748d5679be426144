import { readFileSync } from 'node:fs';
import {
  DescribeImageScanFindingsCommand,
  DescribeImagesCommand,
  DescribeRepositoriesCommand,
  PutImageScanningConfigurationCommand,
  StartImageScanCommand,
} from '@aws-sdk/client-ecr';
import { describe, expect, it } from 'vitest';
import { rejection } from '../front-fixture.ts';
import { repositoryName, type TestRegistry, testRegistry } from './registry.ts';

/** Longer than any scan takes. */
const scanMs = 120_000;
const captured = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../events/ecr-image-scan-${name}.json`, import.meta.url), 'utf8')) as {
    source: string;
    'detail-type': string;
    resources: string[];
    detail: Record<string, unknown>;
  };
const labels = {
  'local.scan.findings': JSON.stringify([
    { name: 'CVE-2026-0001', severity: 'HIGH', package: 'openssl', version: '3.0.1', uri: 'https://example.com/1', description: 'Reads too far' },
    ...[2, 3, 4, 5].map((n) => ({ name: `CVE-2026-000${n}`, severity: 'MEDIUM' })),
  ]),
};
const scans = ({ kernel }: TestRegistry) => kernel.events.filter(({ detailType }) => detailType === 'ECR Image Scan');
const findings = ({ client }: TestRegistry, imageTag: string) =>
  client.send(new DescribeImageScanFindingsCommand({ repositoryName, imageId: { imageTag } }));

describe('scan on push', () => {
  it('tells EventBridge what AWS’s captured event tells, severities without findings left out', async () => {
    const registry = await testRegistry('MUTABLE', true);
    const { digest } = await registry.push('one', '1.8.0', labels);
    await registry.kernel.clock.advance(scanMs);

    const sample = captured('complete');
    expect(scans(registry)).toEqual([
      {
        source: sample.source,
        detailType: sample['detail-type'],
        resources: [`arn:aws:ecr:eu-west-1:000000000000:repository/${repositoryName}`],
        // The sample's image has one finding of severity HIGH and four of MEDIUM, too.
        detail: { ...sample.detail, 'repository-name': repositoryName, 'image-digest': digest },
      },
    ]);
  });

  it('finds what the image’s label says, and tells it by image as well', async () => {
    const registry = await testRegistry('MUTABLE', true);
    const { digest } = await registry.push('one', '1', labels);
    expect(await findings(registry, '1')).toMatchObject({ imageScanStatus: { status: 'IN_PROGRESS' } });
    await registry.kernel.clock.advance(scanMs);

    const found = await findings(registry, '1');
    expect(found.imageId).toEqual({ imageDigest: digest, imageTag: '1' });
    expect(found.imageScanFindings?.findings?.[0]).toEqual({
      name: 'CVE-2026-0001',
      severity: 'HIGH',
      description: 'Reads too far',
      uri: 'https://example.com/1',
      attributes: [
        { key: 'package_name', value: 'openssl' },
        { key: 'package_version', value: '3.0.1' },
      ],
    });
    const { imageDetails } = await registry.client.send(new DescribeImagesCommand({ repositoryName }));
    expect(imageDetails?.[0]).toMatchObject({
      imageScanStatus: { status: 'COMPLETE', description: 'The scan was completed successfully.' },
      imageScanFindingsSummary: { findingSeverityCounts: { HIGH: 1, MEDIUM: 4 } },
    });
  });

  it('counts nothing where nothing was found, and scans a digest once', async () => {
    const registry = await testRegistry('MUTABLE', true);
    await registry.push('clean', '1');
    await registry.push('clean', '2');
    await registry.kernel.clock.advance(scanMs);
    expect(scans(registry).map(({ detail }) => [detail['finding-severity-counts'], detail['image-tags']])).toEqual([[{}, ['1', '2']]]);
  });

  it.each([
    ['for the reason a label gives', { 'local.scan.failed': 'UnsupportedImageError: the base is too old' }, /^UnsupportedImageError: the base/],
    [
      'where the label cannot be read',
      { 'local.scan.findings': '[{"name":"x","severity":"BAD"}]' },
      /"local.scan.findings" is \[.*severities are CRITICAL/,
    ],
    ['where the label is no JSON', { 'local.scan.findings': 'HIGH' }, /is no JSON: HIGH/],
  ])('fails %s, without counts as in the captured event', async (_, given, description) => {
    const registry = await testRegistry('MUTABLE', true);
    await registry.push('bad', '1', given);
    await registry.kernel.clock.advance(scanMs);

    expect(Object.keys(scans(registry)[0]?.detail ?? {}).sort()).toEqual(Object.keys(captured('failed').detail).sort());
    const { imageScanStatus, imageScanFindings } = await findings(registry, '1');
    expect(imageScanStatus?.status).toBe('FAILED');
    expect(imageScanStatus?.description).toMatch(description);
    expect(imageScanFindings).toBeUndefined();
  });

  it('is switched for what is pushed from then on', async () => {
    const registry = await testRegistry();
    await registry.push('before', '1');
    await registry.client.send(new PutImageScanningConfigurationCommand({ repositoryName, imageScanningConfiguration: { scanOnPush: true } }));
    const { repositories } = await registry.client.send(new DescribeRepositoriesCommand({}));
    expect(repositories?.[0]?.imageScanningConfiguration).toEqual({ scanOnPush: true });
    await registry.push('after', '2');
    await registry.kernel.clock.advance(scanMs);
    expect(scans(registry).map(({ detail }) => detail['image-tags'])).toEqual([['2']]);
    const missing = await rejection(findings(registry, '1'));
    expect(missing.name).toBe('ScanNotFoundException');
    expect(missing.message).toMatch(/^Image scan does not exist for the image with /);
  });
});

describe('StartImageScan', () => {
  it('scans an image once a day, and finds what has become known meanwhile', async () => {
    const registry = await testRegistry();
    const { digest } = await registry.push('one', '1');
    const scan = () => registry.client.send(new StartImageScanCommand({ repositoryName, imageId: { imageTag: '1' } }));
    expect(await scan()).toMatchObject({ imageScanStatus: { status: 'IN_PROGRESS' }, imageId: { imageDigest: digest, imageTag: '1' } });
    await registry.kernel.clock.advance(scanMs);
    expect((await findings(registry, '1')).imageScanFindings?.findings).toEqual([]);

    registry.ecr.publishFindings(digest, [{ name: 'CVE-2026-9999', severity: 'CRITICAL' }]);
    expect((await rejection(scan())).name).toBe('LimitExceededException');
    await registry.kernel.clock.advance(24 * 3_600_000);
    await scan();
    await registry.kernel.clock.advance(scanMs);
    expect((await findings(registry, '1')).imageScanFindings?.findingSeverityCounts).toEqual({ CRITICAL: 1 });
    expect(scans(registry)).toHaveLength(2);
  });

  it('tells nobody of an image that is gone by then, and of none that never was', async () => {
    const registry = await testRegistry();
    const error = await rejection(registry.client.send(new StartImageScanCommand({ repositoryName, imageId: { imageTag: '1' } })));
    expect(error.name).toBe('ImageNotFoundException');
  });
});
