import { BadRequest } from '../rollout/errors.ts';

/** Which word of a request has to change. */
export type ImageField = 'framework' | 'version' | 'python' | 'baseFramework' | 'region' | 'scope' | 'instanceType';

/** AWS publishes no image for what was asked. Answered as any other request that makes no sense: its name is `BadRequest`. */
export class NoSuchImage extends BadRequest {
  readonly field: ImageField;

  constructor(field: ImageField, message: string) {
    super(message);
    this.field = field;
  }
}

/** How many known words a message lists. */
const longestList = 12;

/**
 * `known are a, b and c; nearest is b`, for the end of a message.
 *
 * @param known oldest first where they have an order: of a long list the newest are named
 */
export function knownWords(known: readonly string[], near?: string): string {
  const shown = known.slice(-longestList);
  const earlier = known.length - shown.length;
  const list = `${shown.join(', ')}${earlier > 0 ? ` and ${earlier} earlier` : ''}`;
  const hint = near === undefined || known.length < 2 ? '' : `; nearest is ${near}`;
  return `${known.length === 1 ? 'known is' : 'known are'} ${list}${hint}`;
}
