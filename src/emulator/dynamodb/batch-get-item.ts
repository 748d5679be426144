import type { BatchGetItemCommandInput, BatchGetItemCommandOutput } from '@aws-sdk/client-dynamodb';
import { validationException } from '../aws-error.ts';
import { defineOperation } from '../operation.ts';
import type { Item } from './attribute-value.ts';
import { keyNames } from './keys.ts';
import { scalarText } from './ordered-items.ts';
import { consumedCapacityLimit, refuseUnsupported } from './parameters.ts';
import { prepareGet } from './prepare-get.ts';
import { type DynamoState, itemAccess, tableOfItems } from './state.ts';

export const batchGetItem = defineOperation<DynamoState, BatchGetItemCommandInput, Omit<BatchGetItemCommandOutput, '$metadata'>>({
  name: 'BatchGetItem',
  access: (input, state) => Object.entries(input.RequestItems ?? {}).map(([name, request]) => itemAccess(state, 'BatchGetItem', name, request.Keys)),
  limits: { RequestItems: { min: 1, max: 100 }, ReturnConsumedCapacity: consumedCapacityLimit },
  run(input, state) {
    refuseUnsupported('BatchGetItem', input);
    const requests = Object.entries(input.RequestItems ?? {});
    if (requests.reduce((sum, [, { Keys }]) => sum + (Keys?.length ?? 0), 0) > 100) {
      throw validationException('Too many items requested for the BatchGetItem call');
    }
    const prepared = requests.map(([name, request]) => {
      refuseUnsupported('BatchGetItem', request);
      return { name, gets: (request.Keys ?? []).map((key) => prepareGet({ ...request, Key: key })) };
    });
    const responses: Record<string, Item[]> = {};
    for (const { name, gets } of prepared) {
      const table = tableOfItems(state, name);
      const seen = new Set<string>();
      for (const get of gets) {
        get.assertFits(table);
        const target = JSON.stringify(keyNames(table.key).map((part) => scalarText(get.key[part] ?? { NULL: true })));
        if (seen.has(target)) throw validationException('Provided list of item keys contains duplicates');
        seen.add(target);
      }
      responses[name] = gets.map((get) => get.read(table)).filter((item) => item !== undefined);
    }
    return { Responses: responses, UnprocessedKeys: {} };
  },
});
