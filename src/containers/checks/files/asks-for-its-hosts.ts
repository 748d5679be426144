import { defineCheck } from '../check.ts';
import { ownTexts, placeOf } from './text.ts';

const fixed = /["'](eth0|algo-1)["']/;

export const asksForItsHosts = defineCheck({
  id: 'CC-70',
  stage: 'files',
  level: 'advice',
  title: 'Host and network names come from resourceconfig.json',
  look: (image) =>
    ownTexts(image).flatMap((file) => {
      const name = fixed.exec(file.text)?.[1];
      return name === undefined
        ? []
        : [{ where: placeOf(file, fixed), what: `the name "${name}" is written down`, fix: 'read it from /opt/ml/input/config/resourceconfig.json' }];
    }),
});
