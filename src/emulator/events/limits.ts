import type { Limit } from '../operation.ts';

/** Limits several operations share, as AWS's service model states them. */
export const busName: Limit = { min: 1, max: 256, pattern: /^[/.\-_A-Za-z0-9]+$/ };
export const busNameOrArn: Limit = {
  min: 1,
  max: 1600,
  pattern: /^(arn:aws[\w-]*:events:[a-z]+-[a-z]+-[\w-]+:[0-9]{12}:event-bus\/)?[/.\-_A-Za-z0-9]+$/,
};
export const ruleName: Limit = { min: 1, max: 64, pattern: /^[.\-_A-Za-z0-9]+$/ };
export const targetId: Limit = { min: 1, max: 64, pattern: /^[.\-_A-Za-z0-9]+$/ };
export const arn: Limit = { min: 1, max: 1600 };
export const pageSize: Limit = { min: 1, max: 100 };
export const pageToken: Limit = { min: 1, max: 2048 };
