import { existsSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { deliverySource } from '../rollout/fixture.ts';

const page = (path: string) => new URL(`../../docs/${path}`, import.meta.url);
export const hasPage = (path: string): boolean => existsSync(page(path));
export const readPage = (path: string): string => readFileSync(page(path), 'utf8');

/** The first example of a page, as data. */
export function exampleOf(path: string): Record<string, unknown> {
  const [, example] = /^```yaml\n([\s\S]*?)^```/m.exec(readPage(path)) ?? [];
  if (example === undefined) throw new Error(`docs/${path} has no example: put one into a \`\`\`yaml block`);
  return parse(example) as Record<string, unknown>; // Whoever asks parses it as what it should be.
}

/** A delivery with the section a page's example shows. */
export const deliveryWith = (section: Record<string, unknown>): Record<string, unknown> => ({ ...deliverySource(), ...section });

/** Every `field` and `items` of a parsed value at a path such as `metric.namespace` or `steps[].bake`. */
export function valuesAt(value: unknown, path: string): unknown[] {
  let found: unknown[] = [value];
  for (const key of path.replaceAll('[]', '.[]').split('.')) {
    found = found.flatMap((each) => {
      if (key === '[]') return Array.isArray(each) ? (each as unknown[]) : [];
      if (each === null || typeof each !== 'object') return [];
      return key === '*' ? (Object.values(each) as unknown[]) : [(each as Record<string, unknown>)[key]];
    });
  }
  return found;
}
