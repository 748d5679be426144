import { readFileSync, writeFileSync } from 'node:fs';
import { Command, Option } from '@commander-js/extra-typings';
import * as z from 'zod/mini';
import { nearest } from '../candidate/nearest.ts';
import { reportOfRehearsal } from '../rehearsal/rehearse.ts';
import { Scenario, type ScenarioSource } from '../rehearsal/scenario.ts';
import { builtInOf, builtIns } from '../rehearsal/scenarios.ts';
import { rehearsalPage } from '../view/rehearsal-page.ts';
import { atLeastOne, wholeNumber } from './options.ts';
import { rehearsalText } from './rehearsal-text.ts';
import { playInThreads } from './rehearse-threads.ts';
import { readSpec } from './spec-file.ts';
import { print, styled } from './terminal.ts';
import { flawText } from './validate.ts';
import { type Flaw, parseYaml } from './yaml-file.ts';

/** `table` for people, `json` for programs. */
export const reportOutput = () =>
  new Option('--output <format>', 'table for people, json for programs').choices(['table', 'json'] as const).default('table' as const);

type ReportOutput = 'table' | 'json';

/** Tells the flaws of a file, which is then no use. */
export function tellFlaws(output: ReportOutput, file: string, flaws: readonly Flaw[]): void {
  print(output === 'json' ? 'json' : 'text', { file, flaws }, () => flaws.map((flaw) => styled('red', flawText(file, flaw))).join('\n'));
  process.exitCode = 1;
}

/** A scenario by its name, or of a file: what has a dot or a slash is a file's. */
export function readScenario(name: string): { readonly source: ScenarioSource; readonly scenario: Scenario } | { readonly flaws: readonly Flaw[] } {
  if (!/[./\\]/.test(name)) {
    const source = builtInOf(name);
    if (source) return { source, scenario: z.parse(Scenario, source) };
    const names = builtIns.map((one) => one.name);
    const meant = nearest(name, names);
    throw new Error(
      `No scenario is called "${name}"${meant === undefined ? '' : `, did you mean "${meant}"?`}; there are ${names.join(', ')}, and files such as ./mine.yaml`,
    );
  }
  const read = parseYaml(readFileSync(name, 'utf8'), Scenario, 'scenario');
  return 'flaws' in read ? read : { source: read.source as ScenarioSource, scenario: read.value }; // It parsed as one just now.
}

export const rehearse = new Command('rehearse')
  .description('play a delivery many times against modelled traffic: how it would end, when, and what it would cost')
  .argument('[file]', 'the delivery', 'delivery.yaml')
  .option('--scenario <file|name>', `a YAML file, or one of ${builtIns.map(({ name }) => name).join(', ')}`, 'good')
  .option('--runs <n>', 'how many rollouts are played', atLeastOne, 1000)
  .option('--seed <n>', 'seed of every draw', wholeNumber, 1)
  .addOption(new Option('--period <seconds>', 'how often metrics are published; default what the delivery says').choices(['10', '60'] as const))
  .option('--html <file>', 'writes a page with plots as well')
  .addOption(reportOutput())
  .action(async (file, options) => {
    const read = readSpec(file);
    if ('flaws' in read) return tellFlaws(options.output, file, read.flaws);
    const chosen = readScenario(options.scenario);
    if ('flaws' in chosen) return tellFlaws(options.output, options.scenario, chosen.flaws);
    const periodSeconds = options.period === undefined ? undefined : Number(options.period);
    const rehearsal = { spec: read.spec, scenario: chosen.scenario, seed: options.seed, periodSeconds };
    const report = reportOfRehearsal(rehearsal, await playInThreads(rehearsal, { delivery: read.source, scenario: chosen.source }, options.runs));
    print(options.output === 'json' ? 'json' : 'text', report, () => rehearsalText(report));
    // Last: a page that can't be written costs nobody what was played.
    if (options.html !== undefined) writeFileSync(options.html, rehearsalPage(report));
  });
