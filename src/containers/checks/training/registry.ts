import type { Check } from '../check.ts';
import { asksForItsChannels } from './asks-for-its-channels.ts';
import { convertsHyperparameters } from './converts-hyperparameters.ts';
import { failsWithACode } from './fails-with-a-code.ts';
import { knowsTheConfigFiles } from './knows-the-config-files.ts';
import { leavesAModel } from './leaves-a-model.ts';
import { leavesItsInputAlone } from './leaves-its-input-alone.ts';
import { needsNoToolkitVariables } from './needs-no-toolkit-variables.ts';
import { readsQuotedHyperparameters } from './reads-quoted-hyperparameters.ts';
import { runsOnTheProcessor } from './runs-on-the-processor.ts';
import { savesAtSigterm } from './saves-at-sigterm.ts';
import { saysWhyItFailed } from './says-why-it-failed.ts';

export const checks: readonly Check<'training'>[] = [
  knowsTheConfigFiles,
  convertsHyperparameters,
  readsQuotedHyperparameters,
  failsWithACode,
  saysWhyItFailed,
  leavesAModel,
  savesAtSigterm,
  asksForItsChannels,
  leavesItsInputAlone,
  needsNoToolkitVariables,
  runsOnTheProcessor,
];
