import { defineCheck } from '../check.ts';

export const leavesItsInputAlone = defineCheck({
  id: 'CC-68',
  stage: 'training',
  level: 'warning',
  title: 'train writes nothing into its channels',
  look: ({
    plain: {
      changedInput: [first, ...more],
    },
  }) =>
    first === undefined
      ? []
      : [
          {
            what: `it wrote /opt/ml/input/data/${first}${more.length > 0 ? ` and ${more.length} more` : ''}: FastFile channels are read-only`,
            fix: 'write to /tmp',
          },
        ],
});
