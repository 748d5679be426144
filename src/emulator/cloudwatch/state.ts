import type { Kernel } from '../kernel.ts';
import type { AlarmBook } from './alarm-book.ts';
import type { MetricStore } from './metric-store.ts';

/** What every CloudWatch operation works on. */
export interface CloudWatchState {
  readonly kernel: Kernel;
  readonly metrics: MetricStore;
  readonly alarms: AlarmBook;
}
