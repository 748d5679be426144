import { expect, test } from 'vitest';
import { commandLine } from '../../../src/cli/demo/person.ts';

test('commandLine() quotes what a shell would take apart', () => {
  expect(commandLine(['npx', 'sluice', 'approve', 'churn-1', '--reason', "it's fine", '--endpoint-url', 'http://127.0.0.1:4566'])).toBe(
    String.raw`npx sluice approve churn-1 --reason 'it'\''s fine' --endpoint-url http://127.0.0.1:4566`,
  );
});
