import { defineCheck } from '../check.ts';
import { plain } from './path.ts';

/** Serverless runs the container as another user than the files' owner. */
export const isReadable = defineCheck({
  id: 'CC-86',
  stage: 'archive',
  level: 'warning',
  title: 'The model’s files are readable for everybody',
  look({ entries }) {
    const closed = entries.filter(
      // The root is the folder SageMaker makes.
      ({ path, kind, mode }) => plain(path) !== '' && ((kind === 'file' && (mode & 0o004) === 0) || (kind === 'folder' && (mode & 0o005) !== 0o005)),
    );
    return closed.length === 0
      ? []
      : [
          {
            what: `${closed[0]?.path ?? ''} has mode ${(closed[0]?.mode ?? 0).toString(8).padStart(4, '0')}${closed.length > 1 ? `, and ${closed.length - 1} more are closed` : ''}: only its owner reads it`,
            fix: 'chmod --recursive a+rX model before you pack it',
          },
        ];
  },
});
