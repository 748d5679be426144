import { defineCheck } from '../check.ts';
import { plain } from './path.ts';

/** Nothing is unwrapped: what is `model/weights.bin` in the archive is `/opt/ml/model/model/weights.bin`. */
export const hasNoWrappingFolder = defineCheck({
  id: 'CC-81',
  stage: 'archive',
  level: 'warning',
  title: 'The model’s files are at the archive’s root',
  look({ entries, isFolder }) {
    const paths = entries.map(({ path }) => plain(path)).filter((path) => path !== '');
    const tops = new Set(paths.map((path) => path.split('/')[0]));
    const [top = ''] = tops;
    const wraps = tops.size === 1 && paths.some((path) => path.includes('/')) && top !== 'code' && top !== '..';
    return !isFolder && wraps
      ? [
          {
            what: `everything is in the folder ${top}/, so it ends up in /opt/ml/model/${top}/`,
            fix: `pack from inside it: tar --create --gzip --file model.tar.gz --directory ${top} .`,
          },
        ]
      : [];
  },
});
