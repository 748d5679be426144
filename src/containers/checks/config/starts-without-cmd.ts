import { defineCheck } from '../check.ts';

/** What bases of a language set for a person who tries them: it says nothing of how the image is meant to start. */
const ofABase = ['python', 'python3', 'node', 'bash', '/bin/bash', 'sh', '/bin/sh'];

/** An image whose programs are on the PATH may carry any CMD. */
export const startsWithoutCmd = defineCheck({
  id: 'CC-14',
  stage: 'config',
  level: 'warning',
  title: 'The start command is not only in CMD',
  look({ config: { Cmd, Entrypoint }, findsWords }) {
    if (!Cmd || Entrypoint || findsWords) return [];
    if (findsWords === undefined && Cmd.length === 1 && ofABase.includes(Cmd[0] ?? '')) return [];
    return [{ what: 'CMD is replaced by the word train or serve', fix: `move it to ENTRYPOINT ${JSON.stringify(Cmd)}` }];
  },
});
