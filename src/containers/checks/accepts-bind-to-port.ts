import { bindToPortLabel } from '../image.ts';
import { defineCheck } from './check.ts';

export const acceptsBindToPort = defineCheck({
  id: 'CC-46',
  title: 'A hosting image says that it reads SAGEMAKER_BIND_TO_PORT',
  look: ({ config, commands, where }) =>
    commands.includes('serve') && config.Labels[bindToPortLabel] !== 'true'
      ? [
          {
            id: 'CC-46',
            level: 'warning',
            where,
            what: 'the image does not say that it reads SAGEMAKER_BIND_TO_PORT; two of it cannot share a machine without Docker',
            fix: `read that variable and add LABEL ${bindToPortLabel}=true`,
          },
        ]
      : [],
});
