import { defineCheck } from '../check.ts';

export const noInitProcess = defineCheck({
  id: 'CC-16',
  stage: 'config',
  level: 'warning',
  title: 'The entry point is no init process',
  look({ config }) {
    const program = (config.Entrypoint?.[0] ?? '').split('/').at(-1) ?? '';
    if (program !== 'tini' && program !== 'dumb-init') return [];
    return [{ what: `AWS documents that ${program} cannot be the entry point`, fix: 'start the program itself and forward SIGTERM in it' }];
  },
});
