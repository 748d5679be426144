import { environmentOf } from '../../image.ts';
import { defineCheck } from '../check.ts';

export const namesItsServingModule = defineCheck({
  id: 'CC-76',
  stage: 'config',
  level: 'warning',
  title: 'The image sets no SAGEMAKER_SERVICE_MODULE, which nothing reads',
  look: ({ config }) =>
    environmentOf(config)['SAGEMAKER_SERVICE_MODULE'] === undefined
      ? []
      : [
          {
            what: 'nothing reads SAGEMAKER_SERVICE_MODULE',
            fix: 'set SAGEMAKER_SERVING_MODULE for the old sagemaker-containers library, and nothing for the newer toolkits',
          },
        ],
});
