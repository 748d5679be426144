import { type FileSpec, program } from '../folder.ts';

/** What the probe programs say of the place they find themselves in, as they start. */
export interface Dump {
  readonly environment: Readonly<Record<string, string>>;
  /** Paths below `/opt/ml`, folders with a slash at the end. */
  readonly tree: readonly string[];
  /** Of `/opt/ml/input/config`, by file. */
  readonly config: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly hasScratch: boolean;
}

const dumpCode = `
  const fs = require('node:fs');
  const base = process.env.SAGEMAKER_BASE_DIR;
  const dump = () => ({
    environment: process.env,
    tree: fs.readdirSync(base, { recursive: true, withFileTypes: true }).map((entry) =>
      (entry.parentPath + '/' + entry.name).slice(base.length + 1) + (entry.isDirectory() ? '/' : '')),
    config: Object.fromEntries((fs.existsSync(base + '/input/config') ? fs.readdirSync(base + '/input/config') : [])
      .map((name) => [name, JSON.parse(fs.readFileSync(base + '/input/config/' + name, 'utf8'))])),
    hasScratch: fs.readdirSync(process.env.TMPDIR ?? '/nowhere').length === 0,
  });`;

/**
 * Says what it finds, then does what its variables ask: writes files (`PROBE_WRITE`, a JSON object of paths below `/opt/ml` and texts), and ends by
 * `PROBE_END`, a code, a signal, or `never`.
 */
export const trainProbe: FileSpec = program(`#!/usr/bin/env node
  ${dumpCode}
  console.log('dump ' + JSON.stringify(dump()));
  for (const [path, text] of Object.entries(JSON.parse(process.env.PROBE_WRITE ?? '{}'))) {
    const file = path.startsWith('/') ? process.env.TMPDIR + path : base + '/' + path;
    fs.mkdirSync(require('node:path').dirname(file), { recursive: true });
    fs.writeFileSync(file, text);
  }
  const end = process.env.PROBE_END ?? '0';
  if (end === 'never') setInterval(() => {}, 1000);
  else if (end.startsWith('SIG')) process.kill(process.pid, end);
  else process.exit(Number(end));`);

/** Answers `/ping` by `PROBE_PING` (`200` or `never`), and each request by its body. */
export const serveProbe: FileSpec = program(`#!/usr/bin/env node
  ${dumpCode}
  const before = dump();
  require('node:http').createServer((request, answer) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk)).on('end', () => {
      if (request.url === '/ping') return process.env.PROBE_PING === 'never' ? undefined : answer.end();
      const body = Buffer.concat(chunks);
      if (String(body.subarray(0, 4)) === 'hang') return;
      if (String(body.subarray(0, 4)) === 'dump') {
        for (const [name, value] of Object.entries(JSON.parse(String(body.subarray(4))))) answer.setHeader(name, value);
        return answer.end(JSON.stringify({ dump: before, headers: request.headers }));
      }
      answer.end(String(body.length));
    });
  }).listen(Number(process.env.SAGEMAKER_BIND_TO_PORT));`);
