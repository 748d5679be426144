import { type Complaint, defineCheck } from '../check.ts';

export const holdsPlainFiles = defineCheck({
  id: 'CC-82',
  stage: 'archive',
  level: 'error',
  title: 'The archive holds plain files: no links, no devices, no path that leaves it',
  look({ entries }) {
    const fix = 'store the files themselves (tar --dereference; of a Hugging Face cache, the files its links point to)';
    const complaints: Complaint[] = [];
    const links = entries.filter(({ kind }) => kind === 'symlink');
    if (links.length > 0)
      complaints.push({ what: `Failed to extract model data archive: ${named(links.map(({ path }) => path))} a symbolic link`, fix });
    const odd = entries.filter(
      ({ kind, path }) => kind === 'hard-link' || kind === 'other' || path.startsWith('/') || path.split('/').includes('..'),
    );
    if (odd.length > 0)
      complaints.push({
        level: 'warning',
        what: `${named(odd.map(({ path }) => path))} a hard link, a device, or a path that leaves the folder`,
        fix,
      });
    return complaints;
  },
});

const named = ([first = '', ...more]: readonly string[]): string => (more.length > 0 ? `${first} and ${more.length} more are each` : `${first} is`);
