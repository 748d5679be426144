import { describe, expect, test } from 'vitest';
import { AccuracyCount, isRight } from '../../../src/cli/demo/accuracy.ts';
import { labelledRows } from '../../../src/cli/demo/labelled-rows.ts';

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

test.each([
  ['0.93', true, true],
  ['0.93\n', false, false],
  ['0.5', true, true],
  ['0.07', false, true],
  ['0.07', true, false],
  // What is no number is right about nothing.
  ['nonsense', true, false],
  ['nonsense', false, false],
  ['', false, false],
])('isRight() takes answer %j to a row that is benign: %s as right: %s', (answer, benign, right) => expect(isRight(answer, benign)).toBe(right));

test('labelledRows() takes the label off the request and reads it', () => {
  expect(labelledRows('area,texture,benign\n13.5,2,1\n19.7,1,0\n')).toEqual([
    { body: '13.5,2', benign: true },
    { body: '19.7,1', benign: false },
  ]);
});
