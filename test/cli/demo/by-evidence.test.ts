import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { byEvidence } from '../../../src/cli/demo/by-evidence.ts';
import { exampleNames, folderOf } from '../../../src/cli/demo/examples.ts';
import { readSpec } from '../../../src/cli/spec-file.ts';
import { DeliverySpec } from '../../../src/rollout/spec.ts';

describe('byEvidence()', () => {
  test.each(exampleNames)('makes of the delivery of %s one that Sluice takes, with the same gates and nobody to ask', (name) => {
    const read = readSpec(join(folderOf(name), 'delivery.yaml'));
    if ('flaws' in read) throw new Error(JSON.stringify(read.flaws));
    const spec = DeliverySpec.parse(byEvidence(read.source));
    expect(spec).toMatchObject({ gates: read.spec.gates, soak: read.spec.soak, strategy: { type: 'adaptive' }, serve: { metricPeriod: 10 } });
    expect(JSON.stringify(spec)).not.toContain('approval');
  });
});
