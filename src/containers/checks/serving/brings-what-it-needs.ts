import { defineCheck } from '../check.ts';

/** What pip, npm and apt say while they install or download. */
const installs = /^(Collecting |Downloading |Successfully installed |added \d+ packages?|(Get|Hit):\d+ https?:|Installing collected packages)/;

export const bringsWhatItNeeds = defineCheck({
  id: 'CC-51',
  stage: 'serving',
  level: 'warning',
  title: 'serve installs and downloads nothing at its start',
  look({ log }) {
    const lines = log.filter((line) => installs.test(line.trim()));
    return lines.length === 0
      ? []
      : [
          {
            what: `it installs at its start ("${lines[0] ?? ''}"): without a way out to the network it fails, and every start is slow`,
            fix: 'install it into the image',
            evidence: lines.slice(0, 3),
          },
        ];
  },
});
