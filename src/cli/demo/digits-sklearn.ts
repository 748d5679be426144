import { type Example, labelledRows } from './example.ts';

export const digits: Example = {
  name: 'digits-sklearn',
  metricNamespace: 'DigitsSklearn',
  rows: (csv) => labelledRows(csv.trim().split('\n')),
  isRight: (answer, label) => answer.trim() === label,
  chapters: [
    {
      tag: 'v1',
      changes: [],
      text: 'v1 is pushed (naive Bayes): it trains, and becomes the first endpoint',
      expected: { outcome: 'Succeeded', reason: 'first-deployment' },
    },
    {
      tag: 'v2',
      changes: ['support-vectors'],
      text: 'v2 is pushed (a support vector machine): a canary at 0 %, then 10 %, 50 %, and 100 % once a person agrees',
      approval: 'errors and latency look right at 50 %',
      expected: { outcome: 'Succeeded', reason: 'promoted' },
    },
    {
      tag: 'v3',
      changes: ['support-vectors', 'whole-digits'],
      text: 'v3 is pushed (throws on a digit that touches the edge of its image): the gate stops it at the first step',
      expected: { outcome: 'RolledBack', reason: 'over-threshold' },
    },
    {
      tag: 'v4',
      changes: ['support-vectors', 'frequent-first'],
      text: 'v4 is pushed (exports the digits in another order: fast and wrong): the alarm on its accuracy interrupts the first bake',
      expected: { outcome: 'RolledBack', reason: 'alarm-firing' },
    },
  ],
};
