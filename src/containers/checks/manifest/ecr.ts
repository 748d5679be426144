/** The parts of an ECR image name; undefined for another registry's, or a local one. */
export function ecrNameOf(imageUri: string): { readonly region: string; readonly suffix: string; readonly tag?: string } | undefined {
  const [, region, suffix, rest] = /^\d+\.dkr\.ecr\.([a-z0-9-]+)\.([a-z0-9.-]+)\/(.+)$/.exec(imageUri) ?? [];
  if (region === undefined || suffix === undefined || rest === undefined) return undefined;
  const tag = tagOf(rest);
  return { region, suffix, ...(tag === undefined ? {} : { tag }) };
}

/** The tag a name gives; `latest` where it gives neither tag nor digest, as Docker reads it. Undefined with a digest. */
export function tagOf(imageUri: string): string | undefined {
  if (imageUri.includes('@')) return undefined;
  const name = imageUri.slice(imageUri.lastIndexOf('/') + 1);
  return name.includes(':') ? name.slice(name.indexOf(':') + 1) : 'latest';
}

/** DNS suffix of a region's partition, by what the region's name begins with. */
const suffixes: readonly (readonly [RegExp, string])[] = [
  [/^cn-/, 'amazonaws.com.cn'],
  [/^us-iso-/, 'c2s.ic.gov'],
  [/^us-isob-/, 'sc2s.sgov.gov'],
  [/^eu-isoe-/, 'cloud.adc-e.uk'],
  [/^us-isof-/, 'csp.hci.ic.gov'],
  [/^/, 'amazonaws.com'],
];
export const suffixOf = (region: string): string => suffixes.find(([begins]) => begins.test(region))?.[1] ?? 'amazonaws.com';
