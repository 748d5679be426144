import { createServer } from 'node:http';
import { port } from './contract.mjs';
import { loadModel } from './model.mjs';
import { BadRequest, parseCsv, parseJson } from './request.mjs';

const kinds = {
  'text/csv': { parse: parseCsv, format: (predictions) => `${predictions.join('\n')}\n` },
  'application/json': { parse: parseJson, format: (predictions) => JSON.stringify({ predictions }) },
};

/** SageMaker's limit of a real-time request, bytes. */
const largestBody = 25 * 1024 * 1024;

let model;

async function readBody(request) {
  const chunks = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > largestBody) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function answer(response, status, text, contentType = 'text/plain') {
  response.writeHead(status, { 'content-type': contentType }).end(text);
}

/** `Text/CSV; charset=utf-8` is `text/csv`. */
const mediaType = (header) => (header ?? '').split(';')[0].trim().toLowerCase();

async function invoke(request, response) {
  if (!model) return answer(response, 503, 'The model is not loaded yet');
  const known = Object.keys(kinds).join(' or ');
  const sent = kinds[mediaType(request.headers['content-type'])];
  if (!sent) return answer(response, 415, `Content-Type "${request.headers['content-type'] ?? ''}" is unknown, expected ${known}`);
  const accepted = (request.headers.accept ?? '*/*').split(',').map(mediaType);
  const wanted = accepted.includes('*/*') ? mediaType(request.headers['content-type']) : accepted.find((type) => type in kinds);
  if (!wanted) return answer(response, 406, `Accept "${request.headers.accept}" is unknown, expected ${known}`);
  const body = await readBody(request);
  if (body === undefined) return answer(response, 413, `The body is larger than ${largestBody} bytes`);
  const predictions = sent.parse(body, model.columns).map((row) => model.benign(row));
  return answer(response, 200, kinds[wanted].format(predictions), wanted);
}

async function handle(request, response) {
  const route = `${request.method} ${request.url.split('?')[0]}`;
  if (route === 'GET /ping') return answer(response, model ? 200 : 503, '');
  if (route === 'POST /invocations') return invoke(request, response);
  return answer(response, 404, `There is no ${route}`);
}

export function main() {
  const server = createServer((request, response) => {
    handle(request, response).catch((error) => {
      if (error instanceof BadRequest) return answer(response, 400, error.message);
      console.error(error);
      return answer(response, 500, `${error.name}: ${error.message}`);
    });
  });
  server.on('error', (error) => {
    console.error(error.message);
    process.exit(1);
  });
  process.on('SIGTERM', () => {
    server.close(() => process.exit(0));
    server.closeIdleConnections();
  });
  server.listen(port, '0.0.0.0', () => {
    console.log(`Listening on port ${port}`);
    try {
      model = loadModel();
      console.log(`Model loaded, ${model.columns.length} features`);
    } catch (error) {
      console.error(`Cannot load the model: ${error.message}`);
      process.exit(1);
    }
  });
}
