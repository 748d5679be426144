import type { Check } from '../check.ts';
import { asksForItsHosts } from './asks-for-its-hosts.ts';
import { bringsItsProgram } from './brings-its-program.ts';
import { noFilesUnderMounts } from './no-files-under-mounts.ts';
import { programIsExecutable } from './program-is-executable.ts';
import { programIsFile } from './program-is-file.ts';
import { programIsFound } from './program-is-found.ts';
import { proxyTakesLargeBodies } from './proxy-takes-large-bodies.ts';
import { scriptHasInterpreter } from './script-has-interpreter.ts';
import { timeoutsAreInOrder } from './timeouts-are-in-order.ts';
import { usesLivingToolkits } from './uses-living-toolkits.ts';

export const checks: readonly Check<'files'>[] = [
  programIsFound,
  programIsExecutable,
  scriptHasInterpreter,
  programIsFile,
  noFilesUnderMounts,
  timeoutsAreInOrder,
  proxyTakesLargeBodies,
  asksForItsHosts,
  bringsItsProgram,
  usesLivingToolkits,
];
