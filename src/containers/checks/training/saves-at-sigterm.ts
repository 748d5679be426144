import { defineCheck } from '../check.ts';
import { lastLines } from '../serving/seen.ts';
import { silentUntilTrained } from './seen.ts';

export const savesAtSigterm = defineCheck({
  id: 'CC-66',
  stage: 'training',
  level: 'warning',
  title: 'train ends at SIGTERM within 120 s and keeps what it has',
  silent: (seen) =>
    silentUntilTrained(seen) ??
    (seen.stopped ? undefined : 'the run is too short to be stopped in the middle: give it more to do, with --train-channel and --hyperparameter'),
  look({ stopped, limits }) {
    if (!stopped) return [];
    const { run, afterMs } = stopped;
    const fix = 'save the model at SIGTERM, or keep checkpoints in /opt/ml/checkpoints';
    const at = `SIGTERM after ${Math.round(afterMs)} ms`;
    const kept = run.modelFiles.length + run.checkpointFiles.length;
    // Who keeps checkpoints may as well be killed; and a program that is just ending has no handler any more.
    if (run.signal === 'SIGTERM' && kept > 0) return [];
    if (run.signal === 'SIGTERM')
      return [{ what: `${at}: it has no handler, so what it had is lost; as a container’s first process it is killed 120 s later`, fix }];
    if (run.signal !== null || run.exitCode === 137)
      return [{ what: `${at}: it did not end within ${limits.stopMs} ms and was killed`, fix, evidence: lastLines(run.log) }];
    return kept === 0
      ? [{ what: `${at}: it ended and left nothing in /opt/ml/model or /opt/ml/checkpoints`, fix, evidence: lastLines(run.log) }]
      : [];
  },
});
