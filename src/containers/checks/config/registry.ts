import type { Check } from '../check.ts';
import { acceptsBindToPort } from './accepts-bind-to-port.ts';
import { acceptsManyModels } from './accepts-many-models.ts';
import { asksNoNewerDriver } from './asks-no-newer-driver.ts';
import { execFormEntrypoint } from './exec-form-entrypoint.ts';
import { isLinux } from './is-linux.ts';
import { matchesTheInstance } from './matches-the-instance.ts';
import { namesItsServingModule } from './names-its-serving-module.ts';
import { noInitProcess } from './no-init-process.ts';
import { runsAsRoot } from './runs-as-root.ts';
import { startsWithoutCmd } from './starts-without-cmd.ts';
import { stopSignalIsSigterm } from './stop-signal-is-sigterm.ts';
import { unbufferedPython } from './unbuffered-python.ts';

export const checks: readonly Check<'config'>[] = [
  matchesTheInstance,
  isLinux,
  execFormEntrypoint,
  startsWithoutCmd,
  noInitProcess,
  runsAsRoot,
  stopSignalIsSigterm,
  asksNoNewerDriver,
  unbufferedPython,
  acceptsBindToPort,
  acceptsManyModels,
  namesItsServingModule,
];
