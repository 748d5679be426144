/** Plays the jobs it is sent, one after the other, and sends back what came of them. */
import { parentPort } from 'node:worker_threads';
import { type Job, playJob } from './job.ts';
import { policies } from './policies.ts';
import { scenarios } from './scenarios.ts';

parentPort?.on('message', (job: Job) => parentPort?.postMessage(playJob(job, policies, scenarios)));
