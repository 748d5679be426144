import { defineCheck } from '../check.ts';
import { lastLines } from '../serving/seen.ts';
import { endText } from '../serving/words.ts';
import { silentUntilTrained, succeeded } from './seen.ts';

export const asksForItsChannels = defineCheck({
  id: 'CC-67',
  stage: 'training',
  level: 'warning',
  title: 'train takes its channels from inputdataconfig.json, whatever their names',
  silent: silentUntilTrained,
  look: ({ otherChannel }) =>
    otherChannel && !succeeded(otherChannel.run)
      ? [
          {
            what: `with the same data in a channel "${otherChannel.name}" it ended with ${endText(otherChannel.run)}`,
            fix: 'read the names from /opt/ml/input/config/inputdataconfig.json, or write down which ones it needs',
            evidence: lastLines(otherChannel.run.log),
          },
        ]
      : [],
});
