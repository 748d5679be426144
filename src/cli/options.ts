import { InvalidArgumentError, Option } from '@commander-js/extra-typings';

/** Options several commands share. */
export const endpointUrl = () =>
  new Option('--endpoint-url <url>', 'the embedded AWS that sluice dev printed; default AWS_ENDPOINT_URL, else AWS itself');
export const region = () => new Option('--region <region>', 'AWS region; default AWS_REGION, else us-east-1');
export const output = () =>
  new Option('--output <format>', 'text for people, json for programs: one object a line')
    .choices(['text', 'json'] as const)
    .default('text' as const);

export function wholeNumber(text: string): number {
  const value = Number(text);
  // Digits alone: Number() takes '' for 0 and 1e1 for 10.
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value)) throw new InvalidArgumentError('Expected a whole number, 0 or more.');
  return value;
}

export function atLeastOne(text: string): number {
  const value = wholeNumber(text);
  if (value < 1) throw new InvalidArgumentError('Expected a whole number, 1 or more.');
  return value;
}

export function port(text: string): number {
  const value = wholeNumber(text);
  if (value > 65_535) throw new InvalidArgumentError('Expected a port, 0-65535; 0 picks a free one.');
  return value;
}

/** `real`, `virtual`, or how many times as fast as the wall: `60x`. */
export function clockSpeed(text: string): 'real' | 'virtual' | number {
  if (text === 'real' || text === 'virtual') return text;
  const [, factor] = /^(\d+(?:\.\d+)?)x$/.exec(text) ?? [];
  if (factor === undefined || Number(factor) < 1 || Number(factor) > 1000)
    throw new InvalidArgumentError('Expected real, virtual, or a factor of 1x to 1000x, such as 60x.');
  return Number(factor);
}

/** How images run. */
export const engines = ['process', 'docker'] as const;
