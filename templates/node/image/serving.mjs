import { createServer } from 'node:http';
import { port } from './contract.mjs';
import { loadModel } from './model.mjs';
import { BadRequest, formats } from './request.mjs';

/** SageMaker's limit of a real-time request, bytes. */
const largestBody = 25 * 1024 * 1024;
/** SageMaker kills a container 30 s after SIGTERM. */
const stopMs = 25_000;

let model;

async function bodyOf(request) {
  const chunks = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size <= largestBody) chunks.push(chunk);
  }
  return size > largestBody ? undefined : Buffer.concat(chunks).toString('utf8');
}

function answer(response, status, text, contentType = 'text/plain') {
  response.writeHead(status, { 'content-type': contentType }).end(text);
}

async function invoke(request, response) {
  const body = await bodyOf(request);
  if (body === undefined) return answer(response, 413, `The body is larger than ${largestBody} bytes`);
  // `Text/CSV; charset=utf-8` is text/csv.
  const type = (request.headers['content-type'] ?? '').split(';')[0].trim().toLowerCase();
  const format = formats[type];
  if (!format) return answer(response, 415, `Content-Type "${type}" is unknown, expected ${Object.keys(formats).join(' or ')}`);
  return answer(response, 200, format.write(format.read(body, model.width).map(model.predict)), type);
}

async function handle(request, response) {
  const route = `${request.method} ${request.url.split('?')[0]}`;
  // The model is loaded before anybody is listened to: whoever answers is ready.
  if (route === 'GET /ping') return answer(response, 200, '');
  if (route === 'POST /invocations') return invoke(request, response);
  return answer(response, 404, `There is no ${route}`);
}

export function main() {
  try {
    model = loadModel();
  } catch (error) {
    console.error(`Cannot load the model: ${error.message}`);
    process.exit(1);
  }
  const server = createServer((request, response) => {
    handle(request, response).catch((error) => {
      if (error instanceof BadRequest) return answer(response, 400, error.message);
      console.error(error);
      return answer(response, 500, error.message);
    });
  });
  server.on('error', (error) => {
    console.error(error.message);
    process.exit(1);
  });
  process.on('SIGTERM', () => {
    server.close(() => process.exit(0));
    server.closeIdleConnections();
    setTimeout(() => process.exit(0), stopMs).unref();
  });
  server.listen(port, '0.0.0.0', () => console.log(`Listening on port ${port}`));
}
