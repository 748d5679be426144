import { defineCheck } from '../check.ts';
import { bodyLimitOf, nginxFiles } from './nginx.ts';
import { placeOf } from './text.ts';

/** The size beyond which AWS's own API model and its documents differ; up to here every request may come. */
const platformBytes = 6_291_456;

export const proxyTakesLargeBodies = defineCheck({
  id: 'CC-40',
  stage: 'files',
  level: 'warning',
  title: 'nginx takes bodies as large as SageMaker sends',
  look: (image) =>
    nginxFiles(image).flatMap((file) => {
      const limit = bodyLimitOf(file.text);
      return limit >= platformBytes
        ? []
        : [
            {
              where: placeOf(file, /client_max_body_size/),
              what: `nginx refuses a body of more than ${limit} bytes with 413 (client_max_body_size), SageMaker sends 6 MB and more`,
              fix: 'write client_max_body_size 25m; or 0, which is no limit',
            },
          ];
    }),
});
