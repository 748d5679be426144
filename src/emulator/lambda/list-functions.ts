import type { ListFunctionsCommandInput, ListFunctionsResponse } from '@aws-sdk/client-lambda';
import { notEmulated } from '../aws-error.ts';
import { defineOperation } from '../operation.ts';
import { configurationOf } from './function.ts';
import type { LambdaState } from './state.ts';

/** Functions by name, `MaxItems` (default and at most 50) a page. */
export const listFunctions = defineOperation<LambdaState, ListFunctionsCommandInput, ListFunctionsResponse>({
  name: 'ListFunctions',
  access: () => [{ action: 'lambda:ListFunctions', resource: '*' }],
  limits: { MaxItems: { min: 1, max: 10_000 } },
  run(input, { functions }) {
    if (input.MasterRegion !== undefined || input.FunctionVersion !== undefined) {
      throw notEmulated('lambda:ListFunctions with MasterRegion or FunctionVersion');
    }
    const names = [...functions.keys()].sort();
    const from = input.Marker === undefined ? 0 : names.findIndex((name) => name > Buffer.from(input.Marker ?? '', 'base64').toString('utf8'));
    const rest = from < 0 ? [] : names.slice(from);
    const page = rest.slice(0, Math.min(50, input.MaxItems ?? 50));
    const last = page.at(-1);
    return {
      Functions: page.flatMap((name) => {
        const fn = functions.get(name);
        return fn ? [configurationOf(fn, fn.latest, false)] : [];
      }),
      ...(last !== undefined && page.length < rest.length && { NextMarker: Buffer.from(last).toString('base64') }),
    };
  },
});
