import { defineCheck } from '../check.ts';

export const isGzippedTar = defineCheck({
  id: 'CC-80',
  stage: 'archive',
  level: 'error',
  title: 'The model is a gzipped tar, named .tar.gz',
  look({ unreadable, isFolder, where }) {
    const fix = 'pack it with tar and gzip: tar --create --gzip --file model.tar.gz --directory model .';
    if (unreadable !== undefined) return [{ what: unreadable, fix }];
    return isFolder || where.endsWith('.tar.gz') ? [] : [{ what: 'its name does not end in .tar.gz', fix: 'name it model.tar.gz' }];
  },
});
