/** Plants each broken controller in a copy of the tree and plays seeds until an invariant catches it: `npm run sim:planted -- [name...]`. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { packageAnew, packagedService, stage } from '../../package.ts';
import { type Broke, crewOf } from '../crew.ts';
import type { Told } from '../tell.ts';
import type { Order } from '../worker.ts';
import { planted } from './controllers.ts';
import { plant } from './plant.ts';

/** What is not caught within so many seeds is not caught. */
const mostSeeds = 500;
const workers = 2;
/** Seeds are asked for in handfuls, and the first that catches in their order counts: the answer does not depend on who was faster. */
const handful = 8;

const wanted = process.argv.slice(2);
const unknown = wanted.find((name) => !planted.some((one) => one.name === name));
if (unknown !== undefined) {
  console.error(`There is no planted controller "${unknown}": known are ${planted.map(({ name }) => name).join(', ')}`);
  process.exit(2);
}

const caughtBy = (told: Told | Broke): string | undefined =>
  'broke' in told
    ? `it broke: ${told.broke.split('\n')[0]}`
    : told.played.violation && `${told.played.violation.invariant}: ${told.played.violation.text}`;

/** What the controller as it is says of a seed: one that it does not hold either has caught nothing. */
const sound = await packagedService();

let missed = 0;
for (const one of planted) {
  if (wanted.length > 0 && !wanted.includes(one.name)) continue;
  const folder = mkdtempSync(path.join(tmpdir(), 'sluice-planted-'));
  const tree = stage();
  plant(one, tree);
  const packageFolder = path.join(folder, 'package');
  await packageAnew(packageFolder, tree);
  const crew = crewOf<Order, Told>(workers, new URL('../worker.ts', import.meta.url));
  let caught: string | undefined;
  // The seed that caught it last time first: it saves the way to it, and says so where it no longer does.
  const order = [one.seed, ...Array.from({ length: mostSeeds }, (_, index) => index + 1).filter((seed) => seed !== one.seed)];
  for (let first = 0; first < order.length && caught === undefined; first += first === 0 ? 1 : handful) {
    const seeds = order.slice(first, first === 0 ? 1 : first + handful);
    const answers = await Promise.all(seeds.map((seed) => crew.play({ seed, packageFolder })));
    for (const [index, seed] of seeds.entries()) {
      const answer = answers[index];
      const by = answer && caughtBy(answer);
      if (by === undefined || caught !== undefined) continue;
      const without = caughtBy(await crew.play({ seed, packageFolder: sound }));
      if (without === undefined) caught = `caught by seed ${seed}: ${by}`;
      else console.log(`seed ${seed} catches ${one.name}, but holds the sound controller for broken as well: ${without}`);
    }
  }
  crew.close();
  rmSync(folder, { recursive: true, force: true });
  if (caught === undefined) missed++;
  console.log(`${one.name} (${one.breaks}): ${caught ?? `NOT CAUGHT within ${mostSeeds} seeds`}`);
}
process.exitCode = missed === 0 ? 0 : 1;
