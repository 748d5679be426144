import { describe, expect, test } from 'vitest';
import { findSignatureFault, readSignature, type Signed } from '../../../src/emulator/iam/signature.ts';

// AWS's published Signature Version 4 test suite: fixed keys, date and signatures.
const secret = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';
const authorization = (signedHeaders: string, signature: string) =>
  `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=${signedHeaders}, Signature=${signature}`;

const suite: Record<string, { request: Partial<Signed>; authorization: string }> = {
  'get-vanilla': {
    request: {},
    authorization: authorization('host;x-amz-date', '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31'),
  },
  'get-vanilla-query-order-key-case': {
    request: { query: { Param2: 'value2', Param1: 'value1' } },
    authorization: authorization('host;x-amz-date', 'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500'),
  },
  'post-vanilla': {
    request: { method: 'POST' },
    authorization: authorization('host;x-amz-date', '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b'),
  },
  'post-x-www-form-urlencoded': {
    request: { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: Buffer.from('Param1=value1') },
    authorization: authorization('content-type;host;x-amz-date', 'ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a'),
  },
};

const signedOf = (request: Partial<Signed>): Signed => ({
  method: 'GET',
  path: '/',
  query: {},
  body: new Uint8Array(0),
  ...request,
  headers: { host: 'example.amazonaws.com', 'x-amz-date': '20150830T123600Z', ...request.headers },
});

function faultOf(name: string, change: Partial<Signed> = {}, key = secret): string | undefined {
  const vector = suite[name];
  const signature = vector && readSignature(vector.authorization);
  if (!vector || !signature) throw new Error(`no vector ${name}`);
  return findSignatureFault({ ...signedOf(vector.request), ...change }, signature, key);
}

describe('findSignatureFault()', () => {
  test.each(Object.keys(suite))('accepts %s of the published suite', (name) => {
    expect(faultOf(name)).toBeUndefined();
  });
  test('finds another secret, path, query, method or body', () => {
    expect(faultOf('get-vanilla', {}, 'other')).toContain('does not match the signature you provided');
    expect(faultOf('get-vanilla', { path: '/other' })).toBeDefined();
    expect(faultOf('get-vanilla', { query: { a: '' } })).toBeDefined();
    expect(faultOf('get-vanilla', { method: 'POST' })).toBeDefined();
    expect(faultOf('post-x-www-form-urlencoded', { body: Buffer.from('Param1=value2') })).toBeDefined();
  });
  test('finds a body that is not the one whose hash was signed', () => {
    const hash = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
    const headers = { host: 'example.amazonaws.com', 'x-amz-date': '20150830T123600Z', 'x-amz-content-sha256': hash };
    expect(faultOf('get-vanilla', { headers })).toBeUndefined();
    expect(faultOf('get-vanilla', { headers, body: Buffer.from('x') })).toContain('x-amz-content-sha256');
  });
});

test('readSignature() takes nothing that is not a whole version 4 header', () => {
  expect(readSignature('Bearer x')).toBeUndefined();
  expect(readSignature('AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host, Signature=x')).toBeUndefined();
  expect(readSignature('AWS4-HMAC-SHA256 Credential=AK/20150830/eu-west-1/s3/aws4_request,SignedHeaders=host;x-amz-date,Signature=ab')).toEqual({
    accessKeyId: 'AK',
    date: '20150830',
    region: 'eu-west-1',
    service: 's3',
    signedHeaders: ['host', 'x-amz-date'],
    signature: 'ab',
  });
});
