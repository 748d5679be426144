import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { clientOf, javaScriptClient, splits, users } from '../strategies/ab-clients.ts';

test('the Python client of the page on ab gives every user the variant the JavaScript one does', async () => {
  const variantFor = await javaScriptClient();
  const people = [...users(5000), 'ünï-🙂', ''];
  const program = `${clientOf('python')}
import json, sys
asked = json.load(sys.stdin)
print(json.dumps([[variant_for(user, split, "churn-7") for user in asked["people"]] for split in asked["splits"]]))`;
  const answered = execFileSync('python3', ['-c', program], { input: JSON.stringify({ people, splits }), encoding: 'utf8', maxBuffer: 1e8 });
  expect(JSON.parse(answered)).toEqual(splits.map((split) => people.map((user) => variantFor(user, split, 'churn-7'))));
});
