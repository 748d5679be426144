import type { Report } from '../rehearsal/report.ts';
import { bandPlot, escaped, shareBar, sharePlot } from './plots.ts';
import { assumptionsOf, figuresOf, outcomeTexts, percentText, settingText } from './rehearsal-words.ts';

const style = `
body{font:15px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;color:#1c2430;background:#fff}
h1{font-size:1.4rem;margin-bottom:0}h2{font-size:1.05rem;margin:2rem 0 .4rem}p{margin:.3rem 0}
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.25rem .6rem .25rem 0;border-bottom:1px solid #e3e7ec;vertical-align:top}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}svg{width:100%;height:auto;display:block}svg text{font:11px system-ui,sans-serif;fill:#5b6675}
.grid{stroke:#e3e7ec}.line{fill:none;stroke:#1f5fbf;stroke-width:2}.band{fill:#1f5fbf;fill-opacity:.16}
.promoted,.successful{fill:#2f8f5b}.rolled-back,.failed{fill:#c0392b}.held,.inconclusive{fill:#d9a520}
.unfinished,.assumed{fill:#8a94a3}
.bar{margin:.2rem 0}.note{color:#5b6675}
@media (prefers-color-scheme:dark){body{color:#dfe5ec;background:#151a21}th,td{border-color:#2b333d}svg text{fill:#9aa5b3}.grid{stroke:#2b333d}.line{stroke:#6ea8ff}.band{fill:#6ea8ff}.note{color:#9aa5b3}}
`;

const cells = (tag: 'td' | 'th', row: readonly string[], numbersFrom: number): string =>
  row.map((text, index) => `<${tag}${index >= numbersFrom ? ' class="n"' : ''}>${escaped(text)}</${tag}>`).join('');

const table = (header: readonly string[], rows: readonly (readonly string[])[], numbersFrom = 1): string =>
  `<table><thead><tr>${cells('th', header, numbersFrom)}</tr></thead><tbody>${rows.map((row) => `<tr>${cells('td', row, numbersFrom)}</tr>`).join('')}</tbody></table>`;

function gatesOf(report: Report): string {
  if (report.gates.length === 0) return '<p>The delivery has no gates.</p>';
  return report.gates
    .map(({ gate, path, observed, failedFirst, said }) => {
      const parts = Object.entries(said).map(([word, share]) => ({
        word,
        share,
        kind: word.endsWith(' not-modelled') ? 'assumed' : (word.split(' ')[0] ?? ''),
      }));
      const words = parts.map(({ word, share }) => `${word} ${percentText(share)}`).join(', ');
      return `<p><strong>${escaped(`${path} ${gate}`)}</strong>${observed ? ' (observed only)' : ''}: ended ${failedFirst} of ${report.runs} runs</p>${shareBar(`What ${path} said`, parts)}<p class="note">${escaped(words)}</p>`;
    })
    .join('');
}

/** A report as a page of its own: no script, nothing loaded from anywhere. */
export function rehearsalPage(report: Report): string {
  const { scenario } = report;
  const title = `${report.delivery}: ${scenario.name}`;
  const weights = report.weights.map(({ seconds, p5, median, p95 }) => ({ x: seconds / 60, low: p5, middle: median, high: p95 }));
  const assumed = assumptionsOf(report);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${escaped(title)}</title><style>${style}</style></head><body>
<h1>${escaped(title)}</h1>
<p>${escaped(scenario.says)}${scenario.good ? ' (a good canary)' : ''}</p>
<p class="note">${escaped(settingText(report))}</p>
<p class="note">${escaped(report.says)}</p>
<h2>Outcomes</h2>
${shareBar(
  'Outcomes',
  report.outcomes.map(({ outcome, share }) => ({ word: outcome, share, kind: outcome })),
)}
${table(['outcome', 'share', 'true share, at 95 %'], outcomeTexts(report))}
<p class="note">${escaped(
    Object.entries(report.reasons)
      .map(([reason, runs]) => `${reason}: ${runs}`)
      .join(', '),
  )}</p>
<h2>Time and harm</h2>
${table(['', 'median', 'p95', 'mean'], figuresOf(report))}
<h2>The canary’s share of the traffic</h2>
<p class="note">Median, and where 90 % of the runs are.</p>
${bandPlot('The canary’s share over time', weights, { yMax: 100, xTitle: 'minutes since the first weight was asked for', yTitle: 'percent' })}
${
  report.all.secondsTo100.length > 0
    ? `<h2>Runs at 100 % by then</h2>${sharePlot(
        'Time to 100 %',
        report.all.secondsTo100.map((seconds) => seconds / 60),
        'minutes; of the runs that got there',
      )}`
    : ''
}
<h2>Runs with at most so many failed requests beyond stable’s</h2>
${sharePlot('Failed requests beyond stable’s', report.all.excessFailed, 'failed requests beyond stable’s rate')}
<h2>What each gate would have said</h2>
${gatesOf(report)}
${assumed.length > 0 ? `<h2>Assumed</h2><ul>${assumed.map((sentence) => `<li>${escaped(sentence)}</li>`).join('')}</ul>` : ''}
</body></html>
`;
}
