import { defineCheck } from '../check.ts';

export const leavesTheModelAlone = defineCheck({
  id: 'CC-50',
  stage: 'serving',
  level: 'warning',
  title: 'serve writes nothing into /opt/ml/model',
  look: ({ changedModel: [first, ...more] }) =>
    first === undefined
      ? []
      : [{ what: `it wrote /opt/ml/model/${first}${more.length > 0 ? ` and ${more.length} more` : ''}`, fix: 'write to /tmp' }],
});
