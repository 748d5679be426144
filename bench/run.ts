/** Every figure the documentation claims has a bench that finds it. `npm run bench -- NAME --help` says how to ask. */
import * as gates from './gates.ts';
import * as limit from './limit.ts';
import * as rehearse from './rehearse.ts';

/** One file a bench: what it measures, and how it is run with what follows its name. */
const benches: Readonly<Record<string, { readonly says: string; readonly main: (args: readonly string[]) => Promise<void> }>> = {
  gates,
  limit,
  rehearse,
};

const [name = '', ...args] = process.argv.slice(2);
const bench = Object.hasOwn(benches, name) ? benches[name] : undefined;
if (bench) await bench.main(args);
else {
  const known = Object.entries(benches).map(([known, { says }]) => `  ${known.padEnd(10)} ${says}`);
  console.error(`${name === '' ? 'No bench is named' : `There is no bench "${name}"`}: npm run bench -- NAME [options]\n${known.join('\n')}`);
  process.exitCode = 2;
}
