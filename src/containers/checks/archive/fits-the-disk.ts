import { defineCheck } from '../check.ts';

/** What a serverless endpoint has for the model, bytes. */
const serverlessBytes = 5 * 1024 ** 3;

/** The archive and what it becomes are on the volume at the same time. */
export const fitsTheDisk = defineCheck({
  id: 'CC-84',
  stage: 'archive',
  level: 'warning',
  title: 'The model fits its volume, packed and unpacked',
  silent: ({ volumeBytes, hosting }) =>
    volumeBytes === undefined && hosting !== 'serverless' ? 'the volume of the instance is not known here' : undefined,
  look({ entries, archiveBytes, hosting, volumeBytes }) {
    const needed = archiveBytes + entries.reduce((sum, { bytes }) => sum + bytes, 0);
    const gb = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`;
    const fix = 'give it as an uncompressed S3 prefix, or ask for a larger volume';
    const room = volumeBytes ?? serverlessBytes;
    if (needed <= room) return [];
    return [
      hosting === 'serverless'
        ? { level: 'error' as const, what: `it takes ${gb(needed)}, serverless has ${gb(room)}`, fix: 'make it smaller, or use an instance' }
        : { what: `No space left on device: it takes ${gb(needed)}, the volume has ${gb(room)}`, fix },
    ];
  },
});
