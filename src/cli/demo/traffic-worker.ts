import { parentPort, workerData } from 'node:worker_threads';
import { InvokeEndpointCommand, SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import { clientConfig, type Target } from '../target.ts';

const { target, endpointName, rows, requestsPerSecond } = workerData as {
  target: Target;
  endpointName: string;
  rows: string[];
  requestsPerSecond: number;
}; // As startTraffic sends it.

/** More open requests than this and the generator waits: a stuck endpoint must not eat the memory. */
const mostOpen = 400;

const client = new SageMakerRuntimeClient({ ...clientConfig(target), maxAttempts: 1, requestHandler: { httpAgent: { maxSockets: mostOpen } } });
const counts = { sent: 0, answered: 0, failed: 0 };
const open = new Set<Promise<void>>();

const tickMs = 10;

async function send(row: string): Promise<void> {
  try {
    await client.send(new InvokeEndpointCommand({ EndpointName: endpointName, ContentType: 'text/csv', Body: Buffer.from(row) }));
    counts.answered++;
  } catch {
    // What the canary answers badly is the point of the story; the embedded AWS counts whose it was.
    counts.failed++;
  }
}

const startedAt = performance.now();
let due = 0;
const ticking = setInterval(() => {
  due = Math.floor(((performance.now() - startedAt) / 1000) * requestsPerSecond);
  // What could not be sent in time is sent late, not dropped, but never in one burst.
  for (let burst = 0; counts.sent < due && open.size < mostOpen && burst < 50; burst++) {
    const row = rows[counts.sent++ % rows.length] ?? '';
    const sending = send(row).finally(() => open.delete(sending));
    open.add(sending);
  }
}, tickMs);
const reporting = setInterval(() => parentPort?.postMessage(counts), 200);

parentPort?.on('message', () => {
  clearInterval(ticking);
  clearInterval(reporting);
  void Promise.allSettled(open).then(() => {
    parentPort?.postMessage(counts);
    client.destroy();
    parentPort?.close();
  });
});
