import { defineCheck } from '../check.ts';

export const stopSignalIsSigterm = defineCheck({
  id: 'CC-19',
  stage: 'config',
  level: 'warning',
  title: 'The stop signal is SIGTERM',
  look: ({ config: { StopSignal: signal } }) =>
    signal === undefined || ['SIGTERM', 'TERM', '15'].includes(signal)
      ? []
      : [{ what: `SageMaker stops a container with SIGTERM, whatever STOPSIGNAL ${signal} says`, fix: 'remove it and handle SIGTERM' }],
});
