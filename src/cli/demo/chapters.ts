/** One version of the model on its way: what is pushed, and how the story says it ends. */
export interface Chapter {
  readonly tag: string;
  /** What somebody changed in the image: folders laid over it. */
  readonly changes: readonly string[];
  readonly text: string;
  /** Why the person who is asked says yes; unset where the story comes to no question. */
  readonly approval?: string;
  readonly expected: { readonly outcome: string; readonly reason: string };
}

/** The chapters after the first, which only gets things ready. */
export const chapters: readonly Chapter[] = [
  {
    tag: 'v1',
    changes: [],
    text: 'v1 is pushed: it trains, and becomes the first endpoint',
    expected: { outcome: 'Succeeded', reason: 'first-deployment' },
  },
  {
    tag: 'v2',
    changes: ['standardise-features'],
    text: 'v2 is pushed (standardises its features): a canary at 0 %, then 10 %, 50 %, and 100 % once a person agrees',
    approval: 'errors and latency look right at 50 %',
    expected: { outcome: 'Succeeded', reason: 'promoted' },
  },
  {
    tag: 'v3',
    changes: ['standardise-features', 'strict-numbers'],
    text: 'v3 is pushed (a stricter number parser that throws on some rows): the gate stops it at the first step',
    expected: { outcome: 'RolledBack', reason: 'over-threshold' },
  },
  {
    tag: 'v4',
    changes: ['standardise-features', 'swap-labels'],
    text: 'v4 is pushed (swaps the labels at export: fast and wrong): the alarm on its accuracy interrupts the first bake',
    expected: { outcome: 'RolledBack', reason: 'alarm-firing' },
  },
];
