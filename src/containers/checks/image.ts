import type { Finding } from '../finding.ts';
import { type Judgement, judge } from './check.ts';
import { checks as ofConfig } from './config/registry.ts';
import { checks as ofFiles } from './files/registry.ts';
import { startPrograms } from './files/start-program.ts';
import { byId } from './manifest.ts';
import type { Hosting, ImageContents } from './seen.ts';

/** What an image's settings and files tell, without starting it. */
export function judgeImage(image: ImageContents, wanted: { readonly hosting?: Hosting; readonly instanceType?: string } = {}): Judgement {
  const settings = judge(ofConfig, {
    where: image.where,
    config: image.config,
    commands: image.commands,
    hosting: wanted.hosting ?? 'single',
    findsWords: !startPrograms(image).some(({ kind }) => kind === 'missing'),
    ...(wanted.instanceType !== undefined && { instanceType: wanted.instanceType }),
  });
  const files = judge(ofFiles, image);
  return {
    findings: byId([...settings.findings, ...files.findings]),
    notChecked: [...settings.notChecked, ...files.notChecked],
    passed: settings.passed + files.passed,
  };
}

/** What `judgeImage` finds. */
export const checkImage = (image: ImageContents): readonly Finding[] => judgeImage(image).findings;
