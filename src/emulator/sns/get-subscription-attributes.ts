import type { GetSubscriptionAttributesCommandInput, GetSubscriptionAttributesResponse } from '@aws-sdk/client-sns';
import { defineOperation } from '../operation.ts';
import { type SnsState, subscriptionAccess, subscriptionAt } from './state.ts';
import { subscriptionAttributesOf } from './subscription-attributes.ts';

export const getSubscriptionAttributes = defineOperation<SnsState, GetSubscriptionAttributesCommandInput, GetSubscriptionAttributesResponse>({
  name: 'GetSubscriptionAttributes',
  access: subscriptionAccess('GetSubscriptionAttributes'),
  run: (input, state) => ({ Attributes: subscriptionAttributesOf(state.kernel, subscriptionAt(state, input.SubscriptionArn)) }),
});
