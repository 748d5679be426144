import { createHmac, createSecretKey, hash, type KeyObject, timingSafeEqual } from 'node:crypto';

/** The parts of a Signature Version 4 `Authorization` header. */
export interface Signature {
  readonly accessKeyId: string;
  /** `20261122`. */
  readonly date: string;
  readonly region: string;
  /** The name the service signs under: `sagemaker`, `monitoring`, `s3`. */
  readonly service: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

/** What is signed of a request. */
export interface Signed {
  readonly method: string;
  /** Still encoded, without query. */
  readonly path: string;
  /** Decoded. */
  readonly query: Readonly<Record<string, string>>;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** Reads an `Authorization` header; undefined when it isn't a whole Signature Version 4 header. */
export function readSignature(authorization: string): Signature | undefined {
  const match = /^AWS4-HMAC-SHA256\s+(.*)$/s.exec(authorization.trim());
  if (!match) return undefined;
  const parts = new Map<string, string>();
  for (const part of (match[1] ?? '').split(',')) {
    const at = part.indexOf('=');
    if (at > 0) parts.set(part.slice(0, at).trim(), part.slice(at + 1).trim());
  }
  const credential = (parts.get('Credential') ?? '').split('/');
  // An access key may itself hold a slash; the scope is always the last four parts.
  const [date, region, service, terminator] = credential.slice(-4);
  const accessKeyId = credential.slice(0, -4).join('/');
  const signature = parts.get('Signature');
  const signedHeaders = parts.get('SignedHeaders');
  if (!accessKeyId || !date || !region || !service || terminator !== 'aws4_request' || !signature || !signedHeaders) return undefined;
  return { accessKeyId, date, region, service, signedHeaders: signedHeaders.toLowerCase().split(';'), signature };
}

const sha256 = (data: string | Uint8Array) => hash('sha256', data);
const hmac = (key: string | Uint8Array | KeyObject, text: string) => createHmac('sha256', key).update(text).digest();

const encode = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);

/** As key objects: Node checks raw bytes anew each time, which takes longer than the signature. */
const signingKeys = new Map<string, KeyObject>();

function signingKey(secret: string, { date, region, service }: Signature): KeyObject {
  const name = `${secret}/${date}/${region}/${service}`;
  let key = signingKeys.get(name);
  if (!key) {
    // A handful a day; a long-lived emulator under a fast clock must not keep them for ever.
    if (signingKeys.size > 1_000) signingKeys.clear();
    key = createSecretKey(hmac(hmac(hmac(hmac(`AWS4${secret}`, date), region), service), 'aws4_request'));
    signingKeys.set(name, key);
  }
  return key;
}

/**
 * The canonical request, as AWS documents it for Signature Version 4.
 *
 * Headers are those named in `SignedHeaders`; the path is encoded once more than it travels, except for S3; the payload's hash is
 * the signed `x-amz-content-sha256`, else the body's own.
 */
export function canonicalRequest(request: Signed, signature: Signature): string {
  const path = request.path === '' ? '/' : request.path;
  const canonicalPath = signature.service === 's3' ? path : path.split('/').map(encode).join('/');
  const query = Object.entries(request.query)
    .map(([name, value]) => [encode(name), encode(value)] as const)
    .sort(([a, x], [b, y]) => (a === b ? (x < y ? -1 : 1) : a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
  const headers = signature.signedHeaders.map((name) => `${name}:${(request.headers[name] ?? '').trim().replace(/\s+/g, ' ')}\n`).join('');
  const declared = signature.signedHeaders.includes('x-amz-content-sha256') ? request.headers['x-amz-content-sha256'] : undefined;
  return [request.method, canonicalPath, query, headers, signature.signedHeaders.join(';'), declared ?? sha256(request.body)].join('\n');
}

/** Why a signature isn't good; undefined when it is. The clock isn't compared: emulator time is not the caller's. */
export function findSignatureFault(request: Signed, signature: Signature, secret: string): string | undefined {
  const amzDate = request.headers['x-amz-date'] ?? '';
  if (!amzDate.startsWith(signature.date))
    return `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${signature.date}' != '${amzDate.slice(0, 8)}'`;
  const declared = request.headers['x-amz-content-sha256'];
  if (declared !== undefined && /^[0-9a-f]{64}$/.test(declared) && declared !== sha256(request.body)) {
    return 'The provided x-amz-content-sha256 header does not match what was computed.';
  }
  const scope = `${signature.date}/${signature.region}/${signature.service}/aws4_request`;
  const toSign = ['AWS4-HMAC-SHA256', amzDate, scope, sha256(canonicalRequest(request, signature))].join('\n');
  const expected = hmac(signingKey(secret, signature), toSign);
  const given = Buffer.from(signature.signature, 'hex');
  if (given.length === expected.length && timingSafeEqual(given, expected)) return undefined;
  return 'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.';
}
