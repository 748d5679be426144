import { describe, expect, test } from 'vitest';
import { AccuracyCount } from '../../../src/cli/demo/accuracy.ts';
import { examples } from '../../../src/cli/demo/examples.ts';

const noonMs = Date.UTC(2026, 0, 1, 12);
const secondsMs = (seconds: number) => noonMs + seconds * 1000;

/** So many answers of one variant, at one moment. */
function answers(accuracy: AccuracyCount, variant: string, right: number, wrong: number, seconds: number): void {
  for (let answer = 0; answer < right + wrong; answer++) accuracy.add(variant, answer < right, secondsMs(seconds));
}

describe('AccuracyCount', () => {
  test('hands out a minute when it is over, once, with the answers of each variant', () => {
    const accuracy = new AccuracyCount();
    answers(accuracy, 'churn-a', 3, 0, 0);
    answers(accuracy, 'churn-a', 0, 2, 30);
    answers(accuracy, 'churn-a', 3, 0, 59.999);
    answers(accuracy, 'churn-b', 0, 5, 30);
    answers(accuracy, 'churn-a', 5, 0, 60);

    expect(accuracy.takeEnded('churn', secondsMs(59.999))).toEqual([]);
    const datum = (variant: string, Values: number[], Counts: number[]) => ({
      MetricName: 'Accuracy',
      Dimensions: [
        { Name: 'EndpointName', Value: 'churn' },
        { Name: 'VariantName', Value: variant },
      ],
      Timestamp: new Date(noonMs),
      Values,
      Counts,
    });
    // 6 of 8 right, 0 of 5: an average of 0.75 and of 0.
    expect(accuracy.takeEnded('churn', secondsMs(60))).toEqual([datum('churn-a', [1, 0], [6, 2]), datum('churn-b', [0], [5])]);
    expect(accuracy.takeEnded('churn', secondsMs(119))).toEqual([]);
    expect(accuracy.takeEnded('churn', secondsMs(120))).toMatchObject([{ Timestamp: new Date(secondsMs(60)), Values: [1], Counts: [5] }]);
  });

  test('keeps the minute the answers came in, however late it is published', () => {
    const accuracy = new AccuracyCount();
    answers(accuracy, 'churn-a', 5, 0, 10);
    answers(accuracy, 'churn-a', 5, 0, 130);
    expect(accuracy.takeEnded('churn', secondsMs(600)).map(({ Timestamp }) => Timestamp)).toEqual([new Date(noonMs), new Date(secondsMs(120))]);
  });

  test('has no accuracy of a variant that hardly answered', () => {
    const accuracy = new AccuracyCount();
    answers(accuracy, 'churn-b', 2, 2, 10);
    expect(accuracy.takeEnded('churn', secondsMs(60))).toEqual([]);
  });
});

const { 'tumour-classifier': tumours, 'digits-sklearn': digits } = examples;

test.each([
  ['0.93', '1', true],
  ['0.93\n', '0', false],
  ['0.5', '1', true],
  ['0.07', '0', true],
  ['0.07', '1', false],
  // What is no number is right about nothing.
  ['nonsense', '1', false],
  ['nonsense', '0', false],
  ['', '0', false],
])('tumours.isRight() takes answer %j to a row labelled %s as right: %s', (answer, label, right) =>
  expect(tumours.isRight(answer, label)).toBe(right),
);

test.each([
  ['7\n', '7', true],
  ['7', '1', false],
  ['17', '7', false],
  ['', '0', false],
])('digits.isRight() takes answer %j to an image of a %s as right: %s', (answer, label, right) => expect(digits.isRight(answer, label)).toBe(right));

test('rows() takes the label off the request and reads it, the header of tumours left out', () => {
  expect(tumours.rows('area,texture,benign\n13.5,2,1\n19.7,1,0\n')).toEqual([
    { body: '13.5,2', label: '1' },
    { body: '19.7,1', label: '0' },
  ]);
  expect(digits.rows('0,16,3\n5,0,8\n')).toEqual([
    { body: '0,16', label: '3' },
    { body: '5,0', label: '8' },
  ]);
});
