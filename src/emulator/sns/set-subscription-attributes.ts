import type { SetSubscriptionAttributesCommandInput } from '@aws-sdk/client-sns';
import { defineOperation } from '../operation.ts';
import { type SnsState, subscriptionAccess, subscriptionAt } from './state.ts';
import { applySubscriptionAttribute } from './subscription-attributes.ts';

export const setSubscriptionAttributes = defineOperation<SnsState, SetSubscriptionAttributesCommandInput, object>({
  name: 'SetSubscriptionAttributes',
  access: subscriptionAccess('SetSubscriptionAttributes'),
  run(input, state) {
    applySubscriptionAttribute(subscriptionAt(state, input.SubscriptionArn), input.AttributeName ?? '', input.AttributeValue ?? '');
    return {};
  },
});
