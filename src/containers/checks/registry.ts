import { acceptsBindToPort } from './accepts-bind-to-port.ts';
import type { Check } from './check.ts';
import { execFormEntrypoint } from './exec-form-entrypoint.ts';
import { noFilesUnderMounts } from './no-files-under-mounts.ts';
import { noInitProcess } from './no-init-process.ts';
import { programIsExecutable } from './program-is-executable.ts';
import { programIsFile } from './program-is-file.ts';
import { programIsFound } from './program-is-found.ts';
import { runsAsRoot } from './runs-as-root.ts';
import { scriptHasInterpreter } from './script-has-interpreter.ts';
import { startsWithoutCmd } from './starts-without-cmd.ts';
import { unbufferedPython } from './unbuffered-python.ts';

/** Every check a packed image goes through, in the order of their ids. */
export const checks: readonly Check[] = [
  execFormEntrypoint,
  programIsFound,
  programIsExecutable,
  scriptHasInterpreter,
  programIsFile,
  startsWithoutCmd,
  noInitProcess,
  runsAsRoot,
  noFilesUnderMounts,
  unbufferedPython,
  acceptsBindToPort,
];
