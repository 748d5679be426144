import { expect, it } from 'vitest';
import { checks } from '../../../src/containers/checks/registry.ts';
import { archiveMistakes } from '../fixtures/archive.ts';
import { servingMistakes } from '../fixtures/serving.ts';
import { staticMistakes } from '../fixtures/static.ts';
import { trainingMistakes } from '../fixtures/training.ts';

/** Checks whose mistake is no folder's, each with the reason. */
const elsewhere: Readonly<Record<string, string>> = {
  'CC-14': 'a lone CMD is never alone: the program is missing as well (static.test.ts)',
  'CC-84': 'no folder of a test is larger than a volume: the sizes are given (archive.test.ts)',
  'CC-47': 'the label is missed for a multi-model endpoint alone (static.test.ts)',
};

it.each([
  ['config', [...staticMistakes]],
  ['files', [...staticMistakes]],
  ['serving', servingMistakes],
  ['training', trainingMistakes],
  ['archive', archiveMistakes],
] as const)('every check of stage %s has a folder with its mistake', (stage, mistakes) => {
  const made = new Set(mistakes.map(({ id }) => id));
  expect(checks[stage].map(({ id }) => id).filter((id) => !made.has(id) && !(id in elsewhere))).toEqual([]);
});
