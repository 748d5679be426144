import { readFileSync } from 'node:fs';
import { type DeliverySource, DeliverySpec } from '../rollout/spec.ts';
import { type Flaw, parseYaml } from './yaml-file.ts';

export type SpecFile = { readonly source: DeliverySource; readonly spec: DeliverySpec } | { readonly flaws: readonly Flaw[] };

/** Reads a delivery.yaml, with every flaw of it at once. */
export function parseSpec(text: string): SpecFile {
  const read = parseYaml(text, DeliverySpec, 'delivery');
  return 'flaws' in read ? read : { source: read.source as DeliverySource, spec: read.value }; // It parsed as one just now.
}

/** As `parseSpec`. Throws where the file can't be read. */
export const readSpec = (file: string): SpecFile => parseSpec(readFileSync(file, 'utf8'));
