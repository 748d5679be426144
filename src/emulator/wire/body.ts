import { createHash } from 'node:crypto';
import { crc32, gunzipSync } from 'node:zlib';
import { AwsError, notEmulated } from '../aws-error.ts';
import type { WireRequest } from './message.ts';

/** Where the next CRLF stands. */
function lineEnd(bytes: Buffer, from: number): number {
  const at = bytes.indexOf('\r\n', from, 'latin1');
  if (at < 0) throw new AwsError('IncompleteBody', 'The request body terminated unexpectedly');
  return at;
}

/** An `aws-chunked` body as its content and its trailing headers. */
function unchunk(body: Uint8Array): { content: Uint8Array; trailers: Record<string, string> } {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const chunks: Buffer[] = [];
  let at = 0;
  for (;;) {
    const end = lineEnd(bytes, at);
    const size = Number.parseInt(bytes.toString('latin1', at, end).split(';')[0] ?? '', 16);
    if (Number.isNaN(size)) throw new AwsError('InvalidRequest', 'An aws-chunked body has a chunk without a size');
    at = end + 2;
    if (size === 0) break;
    if (at + size > bytes.length) throw new AwsError('IncompleteBody', 'The request body terminated unexpectedly');
    chunks.push(bytes.subarray(at, at + size));
    at = lineEnd(bytes, at + size) + 2;
  }
  const trailers: Record<string, string> = {};
  for (const line of bytes.toString('latin1', at).split('\r\n')) {
    const colon = line.indexOf(':');
    if (colon > 0) trailers[line.slice(0, colon).trim().toLowerCase()] = line.slice(colon + 1).trim();
  }
  return { content: Buffer.concat(chunks), trailers };
}

/** Checksums we can compute, base64 as the headers carry them. */
const checksums: Readonly<Record<string, (body: Uint8Array) => string>> = {
  'x-amz-checksum-crc32': (body) => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(crc32(body));
    return bytes.toString('base64');
  },
  'x-amz-checksum-sha256': (body) => createHash('sha256').update(body).digest('base64'),
  'x-amz-checksum-sha1': (body) => createHash('sha1').update(body).digest('base64'),
  'content-md5': (body) => createHash('md5').update(body).digest('base64'),
};

function checkSums(headers: Readonly<Record<string, string>>, body: Uint8Array): void {
  for (const [name, compute] of Object.entries(checksums)) {
    const given = headers[name];
    if (given === undefined || compute(body) === given) continue;
    const what = name === 'content-md5' ? 'Content-MD5' : (name.split('-').at(-1) ?? name).toUpperCase();
    throw new AwsError('BadDigest', `The ${what} you specified did not match the calculated checksum.`);
  }
}

/**
 * A request with its content encodings undone and its checksums checked: gzip, and S3's `aws-chunked` with trailing headers,
 * which join the others.
 *
 * @throws AwsError `BadDigest`, `IncompleteBody`, `SerializationException`; `NotEmulated` for signed chunks
 */
export function decodedRequest(request: WireRequest): WireRequest {
  const encodings = (request.headers['content-encoding'] ?? '')
    .split(',')
    .map((encoding) => encoding.trim().toLowerCase())
    .filter((encoding) => encoding !== '');
  const hash = request.headers['x-amz-content-sha256'] ?? '';
  let { body } = request;
  const headers: Record<string, string> = { ...request.headers };
  if (hash.startsWith('STREAMING-')) {
    if (hash !== 'STREAMING-UNSIGNED-PAYLOAD-TRAILER') throw notEmulated(`bodies in signed chunks (x-amz-content-sha256: ${hash})`);
    const { content, trailers } = unchunk(body);
    const declared = headers['x-amz-decoded-content-length'];
    if (declared !== undefined && Number(declared) !== content.length) {
      throw new AwsError('IncompleteBody', 'You did not provide the number of bytes specified by the Content-Length HTTP header');
    }
    body = content;
    Object.assign(headers, trailers, { 'content-length': String(content.length) });
  }
  checkSums(headers, body);
  const isObject = request.headers['authorization']?.includes('/s3/aws4_request') ?? false;
  // An object's own encoding (gzip of a model archive) is its uploader's affair; only the transport's is undone.
  const kept = encodings.filter((encoding) => encoding !== 'aws-chunked' && (isObject || encoding !== 'gzip'));
  if (!isObject && encodings.includes('gzip')) {
    try {
      body = gunzipSync(body);
    } catch {
      throw new AwsError('SerializationException', 'The request body is not valid gzip');
    }
  }
  if (kept.length > 0) headers['content-encoding'] = kept.join(',');
  else delete headers['content-encoding'];
  return { ...request, headers, body };
}
