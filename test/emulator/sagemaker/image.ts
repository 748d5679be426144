import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packImage } from '../../../src/containers/pack.ts';

const dockerfile = `FROM node:24-slim
ENV PATH="/opt/program:\${PATH}"
COPY train serve /opt/program/
WORKDIR /opt/program
`;

/** Echoes; \`{"status":418}\` in the body sets the answer's status, \`"die"\` ends the process, \`{"sleepMs":50}\` takes its time. */
export const serveScript = (version: string): string => `#!/usr/bin/env node
const http = require('node:http');
const fs = require('node:fs');
const path = require('node:path');
const model = path.join(process.env.SAGEMAKER_BASE_DIR || '/opt/ml', 'model', 'weights.txt');
const weights = fs.existsSync(model) ? fs.readFileSync(model, 'utf8') : 'none';
const server = http.createServer((request, response) => {
  if (request.url === '/ping') return response.end();
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', async () => {
    const text = Buffer.concat(chunks).toString();
    if (text === 'die') process.exit(9);
    const asked = text.startsWith('{') ? JSON.parse(text) : {};
    if (asked.sleepMs) await new Promise((resolve) => setTimeout(resolve, asked.sleepMs));
    response.statusCode = asked.status || 200;
    response.setHeader('content-type', 'application/json');
    if (asked.attributes) response.setHeader('X-Amzn-SageMaker-Custom-Attributes', asked.attributes);
    response.end(JSON.stringify({ version: '${version}', weights, flag: process.env.FLAG, headers: request.headers }));
  });
});
server.listen(Number(process.env.SAGEMAKER_BIND_TO_PORT || 8080), '127.0.0.1', () => console.log('serving ${version}'));
process.on('SIGTERM', () => server.close(() => process.exit(0)) && server.closeIdleConnections());
`;

/** Writes what it saw as its model; the hyperparameter \`mode\` makes it fail, or wait for SIGTERM. */
export const trainScript = `#!/usr/bin/env node
const fs = require('node:fs');
const path = require('node:path');
const base = process.env.SAGEMAKER_BASE_DIR || '/opt/ml';
const hyper = JSON.parse(fs.readFileSync(path.join(base, 'input/config/hyperparameters.json'), 'utf8'));
console.log('job ' + process.env.TRAINING_JOB_NAME);
if (hyper.mode === 'fail') {
  fs.writeFileSync(path.join(base, 'output/failure'), 'column 3 is empty');
  process.exit(4);
}
const rows = fs.readFileSync(path.join(base, 'input/data/train/rows.csv'), 'utf8').trim().split('\\n');
fs.writeFileSync(path.join(base, 'model/weights.txt'), rows.length + ' rows, ' + hyper.epochs + ' epochs');
console.log('validation:accuracy=0.' + rows.length + '5;');
if (hyper.mode === 'wait') {
  process.on('SIGTERM', () => process.exit(0));
  setInterval(() => {}, 1000);
}
`;

const folders: string[] = [];
process.once('exit', () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

export interface PackedOnDisk {
  readonly digest: string;
  readonly layerFiles: readonly string[];
  readonly env: readonly string[];
}

/** Packs an image of these programs and writes its layers to files, as a registry would keep them. */
export function packedImage(programs: { readonly serve?: string; readonly train?: string }): PackedOnDisk {
  const folder = mkdtempSync(join(tmpdir(), 'image-test-'));
  folders.push(folder);
  writeFileSync(join(folder, 'Dockerfile'), dockerfile);
  for (const [name, text] of Object.entries({ serve: serveScript('one'), train: trainScript, ...programs })) {
    writeFileSync(join(folder, name), text);
    chmodSync(join(folder, name), 0o755);
  }
  const packed = packImage(folder);
  const layers = join(folder, 'layers');
  mkdirSync(layers);
  return {
    digest: packed.digest,
    layerFiles: packed.layers.map((layer, index) => {
      const file = join(layers, `${index}.tar.gz`);
      writeFileSync(file, layer.tarGzip);
      return file;
    }),
    env: ['PATH=/opt/program'],
  };
}
