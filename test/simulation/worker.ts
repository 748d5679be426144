/** Plays seeds it is sent, one after the other, in a process of its own. */
import type { FaultRates } from '../../src/emulator/faults.ts';
import { tell } from './tell.ts';
import { work } from './work.ts';

export interface Order {
  readonly seed: number;
  readonly packageFolder: string;
  readonly rates?: FaultRates;
}

work(({ seed, packageFolder, rates }: Order) => tell(seed, packageFolder, rates));
