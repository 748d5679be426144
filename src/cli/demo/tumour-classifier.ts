import { harmFound } from './chapters.ts';
import { byEvidence } from './by-evidence.ts';
import { type Example, labelledRows } from './example.ts';

/** Whether the model's answer, the probability that a tumour is benign, is on the label's side. What is no number is on neither. */
function isRight(answer: string, label: string): boolean {
  const probability = Number.parseFloat(answer);
  return label === '1' ? probability >= 0.5 : probability < 0.5;
}

export const tumours: Example = {
  name: 'tumour-classifier',
  metricNamespace: 'TumourClassifier',
  // The first line is a header; the label is 1 for benign.
  rows: (csv) => labelledRows(csv.trim().split('\n').slice(1)),
  isRight,
  chapters: [
    {
      tag: 'v1',
      changes: [],
      text: 'v1 is pushed: it trains, and becomes the first endpoint',
      expected: { outcome: 'Succeeded', reasons: ['first-deployment'] },
    },
    {
      tag: 'v2',
      changes: ['standardise-features'],
      text: 'v2 is pushed (standardises its features): a canary at 0 %, then 10 %, 50 %, and 100 % once a person agrees',
      approval: 'errors and latency look right at 50 %',
      expected: { outcome: 'Succeeded', reasons: ['promoted'] },
    },
    {
      tag: 'v3',
      changes: ['standardise-features', 'strict-numbers'],
      text: 'v3 is pushed (a stricter number parser that throws on some rows): the gate on its error rate stops it at the first step',
      expected: { outcome: 'RolledBack', reasons: harmFound },
    },
    {
      tag: 'v4',
      changes: ['standardise-features', 'swap-labels'],
      text: 'v4 is pushed (swaps the labels at export: fast and wrong): the alarm on its accuracy interrupts the first bake',
      expected: { outcome: 'RolledBack', reasons: ['alarm-firing'] },
    },
    {
      tag: 'v5',
      changes: ['standardise-features', 'log-runtime'],
      text: 'the delivery is revised (strategy adaptive, metrics every ten seconds, no approval), then v5 is pushed (logs what it runs on, as good as v2): promoted as fast as the evidence allows',
      revise: byEvidence,
      fasterThan: 'v2',
      expected: { outcome: 'Succeeded', reasons: ['promoted'] },
    },
  ],
};
