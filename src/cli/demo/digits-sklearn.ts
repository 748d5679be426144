import { harmFound } from './chapters.ts';
import { byEvidence } from './by-evidence.ts';
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
      expected: { outcome: 'Succeeded', reasons: ['first-deployment'] },
    },
    {
      tag: 'v2',
      changes: ['support-vectors'],
      text: 'v2 is pushed (a support vector machine): a canary at 0 %, then 10 %, 50 %, and 100 % once a person agrees',
      approval: 'errors and latency look right at 50 %',
      expected: { outcome: 'Succeeded', reasons: ['promoted'] },
    },
    {
      tag: 'v3',
      changes: ['support-vectors', 'whole-digits'],
      text: 'v3 is pushed (throws on a digit that touches the edge of its image): the gate on its error rate stops it at the first step',
      expected: { outcome: 'RolledBack', reasons: harmFound },
    },
    {
      tag: 'v4',
      changes: ['support-vectors', 'frequent-first'],
      text: 'v4 is pushed (exports the digits in another order: fast and wrong): the alarm on its accuracy interrupts the first bake',
      expected: { outcome: 'RolledBack', reasons: ['alarm-firing'] },
    },
    {
      tag: 'v5',
      changes: ['support-vectors', 'log-runtime'],
      text: 'the delivery is revised (strategy adaptive, metrics every ten seconds, no approval), then v5 is pushed (logs what it runs on, as good as v2): promoted as fast as the evidence allows',
      revise: byEvidence,
      fasterThan: 'v2',
      expected: { outcome: 'Succeeded', reasons: ['promoted'] },
    },
  ],
};
