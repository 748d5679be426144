import type { ImageContents } from '../seen.ts';
import { ownTexts, type TextFile } from './text.ts';

/** The nginx settings an image brings. */
export const nginxFiles = (image: Pick<ImageContents, 'files'>): readonly TextFile[] =>
  ownTexts(image)
    .filter(({ path, text }) => path.endsWith('.conf') && /\b(proxy_pass|listen)\b/.test(text) && text.includes('server'))
    .map((file) => ({ ...file, text: file.text.replaceAll(/#.*/g, '') }));

const value = (text: string, directive: string): string | undefined => new RegExp(`\\b${directive}\\s+([^\\s;]+)\\s*;`).exec(text)?.[1];

const units: Readonly<Record<string, number>> = { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3, s: 1, h: 3600 };

/** Bytes a body may have; nginx takes 1 MiB where nothing is said, and 0 is no limit. */
export function bodyLimitOf(text: string): number {
  const [, number, unit = ''] = /^(\d+)([kmg]?)$/i.exec(value(text, 'client_max_body_size') ?? '1m') ?? [];
  const bytes = Number(number ?? 1) * (units[unit.toLowerCase()] ?? 1);
  return bytes === 0 ? Number.POSITIVE_INFINITY : bytes;
}

/** Seconds nginx waits for the app's answer; 60 where nothing is said. */
export function readTimeoutOf(text: string): number {
  const [, number, unit = 's'] = /^(\d+)(ms|[smh]?)$/.exec(value(text, 'proxy_read_timeout') ?? '60s') ?? [];
  return Number(number ?? 60) * (unit === 'ms' ? 0.001 : unit === 'm' ? 60 : (units[unit] ?? 1));
}
