import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

/** A client's code as the page shows it. */
export function clientOf(language: 'js' | 'python'): string {
  const page = readFileSync(new URL('../../docs/strategies/ab.md', import.meta.url), 'utf8');
  const [, code] = new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'm').exec(page) ?? [];
  if (code === undefined) throw new Error(`docs/strategies/ab.md has no client in ${language}`);
  return code;
}

export interface Weighed {
  readonly VariantName: string;
  readonly DesiredWeight: number;
}
type VariantFor = (userId: string, variants: readonly Weighed[], salt: string) => string;

/** The page's JavaScript, running. */
export async function javaScriptClient(): Promise<VariantFor> {
  const file = path.join(mkdtempSync(path.join(tmpdir(), 'sluice-ab-')), 'client.mjs');
  writeFileSync(file, clientOf('js'));
  const { variantFor } = (await import(pathToFileURL(file).href)) as { variantFor: VariantFor }; // The page's export.
  return variantFor;
}

export const users = (count: number): string[] => Array.from({ length: count }, (_, index) => `user-${index}`);

/** Weights an endpoint may have: an even split, a small canary, a third variant, one that rests. */
export const splits: readonly (readonly Weighed[])[] = [
  [50, 50],
  [99, 1],
  [1.4, 0.6, 2],
  [75, 0, 25],
].map((weights) => weights.map((DesiredWeight, index) => ({ VariantName: `churn-${'abc'[index]}`, DesiredWeight })));
