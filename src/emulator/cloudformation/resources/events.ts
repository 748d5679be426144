import { defineResource, picked, textOr } from '../resource-type.ts';

export const rule = defineResource({
  type: 'AWS::Events::Rule',
  properties: ['Name', 'Description', 'EventBusName', 'EventPattern', 'ScheduleExpression', 'State', 'RoleArn', 'Targets', 'Tags'],
  async make(properties, { call, generatedName }) {
    const { EventPattern, Targets } = properties;
    const name = textOr(properties, 'Name', () => generatedName(64));
    const created = await call('events', 'PutRule', {
      ...picked(properties, ['Description', 'EventBusName', 'ScheduleExpression', 'State', 'RoleArn', 'Tags']),
      Name: name,
      ...(EventPattern !== undefined && { EventPattern: typeof EventPattern === 'string' ? EventPattern : JSON.stringify(EventPattern) }),
    });
    if (Array.isArray(Targets) && Targets.length > 0) {
      await call('events', 'PutTargets', { Rule: name, ...picked(properties, ['EventBusName']), Targets });
    }
    const bus = properties['EventBusName'];
    const onDefault = bus === undefined || bus === 'default' || (typeof bus === 'string' && bus.endsWith(':event-bus/default'));
    return { ref: onDefault ? name : `${typeof bus === 'string' ? bus : ''}|${name}`, attributes: { Arn: String(created['RuleArn']) } };
  },
});

export const eventBus = defineResource({
  type: 'AWS::Events::EventBus',
  properties: ['Name', 'Description', 'Tags', 'DeadLetterConfig', 'EventSourceName'],
  async make(properties, { call }) {
    const created = await call('events', 'CreateEventBus', properties);
    const arn = String(created['EventBusArn']);
    const name = arn.slice(arn.indexOf('/') + 1);
    return { ref: name, attributes: { Arn: arn, Name: name } };
  },
});
