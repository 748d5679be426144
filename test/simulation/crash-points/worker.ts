/** Lives through the strikes it is sent, one after the other, in a process of its own. */
import { work } from '../work.ts';
import type { Strike } from './points.ts';
import { strike } from './strike.ts';

export interface Order {
  readonly strike: Strike;
  readonly packageFolder: string;
}

work(({ strike: { point, way }, packageFolder }: Order) => strike(point, way, packageFolder));
