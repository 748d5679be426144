import { parentPort, workerData } from 'node:worker_threads';
import { CloudWatchClient, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { InvokeEndpointCommand, SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import { clientConfig } from '../target.ts';
import { AccuracyCount } from './accuracy.ts';
import type { LabelledRow } from './example.ts';
import { examples } from './examples.ts';
import type { TrafficStart } from './traffic.ts';

const { target, example, endpointName, rows, requestsPerSecond, clock } = workerData as TrafficStart; // As startTraffic sends it.
const { isRight, metricNamespace } = examples[example];

/** More open requests than this and the generator waits: a stuck endpoint must not eat the memory. */
const mostOpen = 400;

const client = new SageMakerRuntimeClient({ ...clientConfig(target), maxAttempts: 1, requestHandler: { httpAgent: { maxSockets: mostOpen } } });
const cloudWatch = new CloudWatchClient(clientConfig(target));
const counts = { sent: 0, answered: 0, failed: 0 };
const accuracy = new AccuracyCount();
const open = new Set<Promise<void>>();

const tickMs = 10;
/** Wall milliseconds between two looks for a minute that is over: of a clock 60 times as fast, 6 s. */
const publishEveryMs = 100;

/** Emulator time: alarms judge datapoints by it, and a scaled clock has left the wall's long behind. */
const now = () => Math.floor(clock.emulatorMs + (performance.timeOrigin + performance.now() - clock.wallMs) * clock.rate);

async function send({ body, label }: LabelledRow): Promise<void> {
  try {
    const answer = await client.send(new InvokeEndpointCommand({ EndpointName: endpointName, ContentType: 'text/csv', Body: Buffer.from(body) }));
    counts.answered++;
    accuracy.add(answer.InvokedProductionVariant ?? '', isRight(answer.Body.transformToString(), label), now());
  } catch {
    // What the canary answers badly is the point of the story; the embedded AWS counts whose it was. No answer is neither right nor wrong.
    counts.failed++;
  }
}

async function publish(): Promise<void> {
  const data = accuracy.takeEnded(endpointName, now());
  if (data.length > 0) await cloudWatch.send(new PutMetricDataCommand({ Namespace: metricNamespace, MetricData: [...data] }));
}

function keepOpen(work: Promise<void>): void {
  const tracked = work.finally(() => open.delete(tracked));
  open.add(tracked);
}

const startedAt = performance.now();
let due = 0;
const ticking = setInterval(() => {
  due = Math.floor(((performance.now() - startedAt) / 1000) * requestsPerSecond);
  // What could not be sent in time is sent late, not dropped, but never in one burst.
  for (let burst = 0; counts.sent < due && open.size < mostOpen && burst < 50; burst++) {
    const row = rows[counts.sent++ % rows.length];
    if (row) keepOpen(send(row));
  }
}, tickMs);
const publishing = setInterval(() => keepOpen(publish()), publishEveryMs);
const reporting = setInterval(() => parentPort?.postMessage(counts), 200);

parentPort?.on('message', () => {
  clearInterval(ticking);
  clearInterval(publishing);
  clearInterval(reporting);
  void Promise.allSettled(open).then(() => {
    parentPort?.postMessage(counts);
    client.destroy();
    cloudWatch.destroy();
    parentPort?.close();
  });
});
