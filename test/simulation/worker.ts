/** Plays seeds it is sent, one after the other, in a process of its own. */
import type { FaultRates } from '../../src/emulator/faults.ts';
import { tell, type Told } from './tell.ts';

export interface Order {
  readonly seed: number;
  readonly packageFolder: string;
  readonly rates?: FaultRates;
}
export type Report = { readonly seed: number; readonly told: Told } | { readonly seed: number; readonly broke: string };

process.on('message', (order: Order) => {
  const send = (report: Report) => process.send?.(report);
  tell(order.seed, order.packageFolder, order.rates).then(
    (told) => send({ seed: order.seed, told }),
    (error: unknown) => send({ seed: order.seed, broke: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
  );
});
