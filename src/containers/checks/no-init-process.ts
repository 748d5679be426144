import { posix } from 'node:path';
import { defineCheck } from './check.ts';

export const noInitProcess = defineCheck({
  id: 'CC-16',
  title: 'The entry point is no init process',
  look: ({ config, where }) => {
    const program = posix.basename(config.Entrypoint?.[0] ?? '');
    if (program !== 'tini' && program !== 'dumb-init') return [];
    const what = `AWS documents that ${program} cannot be the entry point`;
    return [{ id: 'CC-16', level: 'warning', where, what, fix: 'start the program itself and forward SIGTERM in it' }];
  },
});
