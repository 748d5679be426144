import { bindToPortLabel, readsBindToPort } from '../../image.ts';
import { defineCheck } from '../check.ts';

export const acceptsBindToPort = defineCheck({
  id: 'CC-46',
  stage: 'config',
  level: 'error',
  title: 'A hosting image says that it reads SAGEMAKER_BIND_TO_PORT',
  look({ config, commands, hosting }) {
    if (!commands.includes('serve') || readsBindToPort(config)) return [];
    const fix = `read that variable and add LABEL ${bindToPortLabel}=true`;
    const what = 'the image does not say that it reads SAGEMAKER_BIND_TO_PORT';
    return hosting === 'multi-container'
      ? [{ what: `${what}, which AWS asks of every image of several in one model`, fix }]
      : [{ level: 'warning', what: `${what}; two of it cannot share a machine without Docker`, fix }];
  },
});
