import type { CreateFunctionUrlConfigResponse } from '@aws-sdk/client-lambda';
import { AwsError } from '../aws-error.ts';
import type { Caller } from '../iam/caller.ts';
import { sessionArnOf } from '../iam/identities.ts';
import { bytesOf, textOf, type WireAnswer, type WireRequest } from '../wire/message.ts';
import { traceHeader } from './asynchronous.ts';
import type { FunctionUrl, LambdaFunction } from './function.ts';
import type { LambdaState } from './state.ts';

/** Requests whose path begins so are a function URL's: `/lambda-url/<id>/...` stands for `https://<id>.lambda-url.<region>.on.aws/...`. */
export const urlPrefix = '/lambda-url/';

export const urlShown = (fn: LambdaFunction, url: FunctionUrl, endpoint: string): CreateFunctionUrlConfigResponse => ({
  FunctionUrl: `${endpoint}${urlPrefix}${url.id}/`,
  FunctionArn: fn.arn,
  AuthType: url.authType,
  CreationTime: new Date(url.createdAtMs).toISOString(),
  InvokeMode: 'BUFFERED',
});

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `22/Nov/2026:10:00:00 +0000`, as API Gateway's payload has it. */
function commonLogTime(atMs: number): string {
  const [date = '', time = ''] = new Date(atMs).toISOString().split('T');
  const [year, month, day] = date.split('-');
  return `${day}/${months[Number(month) - 1]}/${year}:${time.slice(0, 8)} +0000`;
}

const isText = (contentType: string | undefined) =>
  contentType !== undefined && /^(text\/|application\/(json|javascript|xml|[\w.-]+\+(json|xml)))/i.test(contentType);

const plain = (status: number, code: string, body: object): WireAnswer => ({
  status,
  headers: { 'content-type': 'application/json', 'x-amzn-errortype': code },
  body: bytesOf(JSON.stringify(body)),
});
const forbidden = () =>
  plain(403, 'AccessDeniedException', {
    Message: 'Forbidden. For troubleshooting Function URL authorization issues, see: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html',
  });

/** The identity part of a signed request. */
function iamOf(request: WireRequest, caller: Caller, account: string) {
  const accessKey = /Credential=([^/,\s]+)/.exec(request.headers['authorization'] ?? '')?.[1] ?? '';
  // A role's unique id has the key's letters behind AROA, a user's behind AIDA: stable, and told apart as on AWS.
  const unique = caller.kind === 'role' ? `AROA${accessKey.slice(4)}:local` : `AIDA${accessKey.toUpperCase()}`;
  return {
    iam: {
      accessKey,
      accountId: account,
      callerId: unique,
      cognitoIdentity: null,
      principalOrgId: null,
      userArn: sessionArnOf(caller),
      userId: unique,
    },
  };
}

/** The event a function behind a URL gets: API Gateway's payload, version 2.0. */
function eventOf(request: WireRequest, caller: Caller | undefined, state: LambdaState, url: FunctionUrl, requestId: string) {
  const { kernel } = state;
  const nowMs = kernel.clock.now();
  const { cookie, ...headers } = request.headers;
  const rawPath = request.path.slice(urlPrefix.length + url.id.length) || '/';
  const body = request.body;
  const text = isText(headers['content-type']);
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: decodeURI(rawPath),
    rawQueryString: new URLSearchParams(request.query).toString(),
    ...(cookie !== undefined && { cookies: cookie.split(/;\s*/) }),
    headers,
    ...(Object.keys(request.query).length > 0 && { queryStringParameters: request.query }),
    requestContext: {
      accountId: caller ? kernel.account : 'anonymous',
      apiId: url.id,
      ...(caller && { authorizer: iamOf(request, caller, kernel.account) }),
      domainName: `${url.id}.lambda-url.${kernel.region}.on.aws`,
      domainPrefix: url.id,
      http: {
        method: request.method,
        path: decodeURI(rawPath),
        protocol: 'HTTP/1.1',
        sourceIp: '127.0.0.1',
        userAgent: headers['user-agent'] ?? '',
      },
      requestId,
      routeKey: '$default',
      stage: '$default',
      time: commonLogTime(nowMs),
      timeEpoch: nowMs,
    },
    ...(body.length > 0 && { body: text ? textOf(body) : Buffer.from(body).toString('base64') }),
    isBase64Encoded: body.length > 0 && !text,
  };
}

/** The HTTP answer a function's own answer stands for; one without `statusCode` is the body of a 200. */
function answerOf(payload: string): WireAnswer {
  const value = JSON.parse(payload) as unknown;
  const json = { 'content-type': 'application/json' };
  if (typeof value !== 'object' || value === null || !('statusCode' in value)) {
    return { status: 200, headers: json, body: bytesOf(typeof value === 'string' ? value : payload) };
  }
  const { statusCode, headers, cookies, body, isBase64Encoded } = value as {
    statusCode: unknown;
    headers?: Record<string, unknown>;
    cookies?: readonly string[];
    body?: unknown;
    isBase64Encoded?: boolean;
  };
  const status = Number(statusCode);
  if (!Number.isInteger(status) || status < 100 || status > 599)
    return plain(502, 'InternalServerErrorException', { message: 'Internal Server Error' });
  const lower = Object.fromEntries(Object.entries(headers ?? {}).map(([name, one]) => [name.toLowerCase(), String(one)]));
  const text = body === undefined || body === null ? '' : typeof body === 'string' ? body : JSON.stringify(body);
  return {
    status,
    headers: { ...json, ...lower, ...(cookies && cookies.length > 0 && { 'set-cookie': cookies.join(', ') }) },
    body: isBase64Encoded === true ? Buffer.from(text, 'base64') : bytesOf(text),
  };
}

/** Serves function URLs. With `AWS_IAM` the caller needs `lambda:InvokeFunctionUrl` and `lambda:InvokeFunction`. */
export async function serveFunctionUrl(request: WireRequest, caller: Caller | undefined, state: LambdaState): Promise<WireAnswer> {
  const { kernel } = state;
  const id = request.path.slice(urlPrefix.length).split('/')[0];
  const fn = [...state.functions.values()].find((one) => one.url?.id === id);
  if (!fn?.url) return plain(404, 'ResourceNotFoundException', { Message: null });
  const { url } = fn;
  if (url.authType === 'AWS_IAM') {
    if (!caller) return forbidden();
    try {
      const context = { 'lambda:FunctionUrlAuthType': url.authType };
      state.identities.authorise({ action: 'lambda:InvokeFunctionUrl', resource: fn.arn, context }, caller);
      state.identities.authorise({ action: 'lambda:InvokeFunction', resource: fn.arn, context: { 'lambda:InvokedViaFunctionUrl': 'true' } }, caller);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      // The caller is told no more than AWS tells; the reason is in the trace.
      kernel.trace.write('lambda', { phase: 'refused', function: fn.name, error: error.code, message: error.message });
      return forbidden();
    }
  } else if (!fn.permissions.some((one) => one.principal === '*' && one.action === 'lambda:InvokeFunctionUrl')) {
    return forbidden();
  }
  const requestId = kernel.random.uuid('lambda/url-request-id');
  const event = eventOf(request, url.authType === 'AWS_IAM' ? caller : undefined, state, url, requestId);
  try {
    const result = await state.invoker.invoke(fn, fn.latest, {
      requestId,
      invokedFunctionArn: fn.arn,
      traceId: traceHeader(kernel),
      payload: JSON.stringify(event),
    });
    const answer = result.failure ? plain(502, 'InternalServerErrorException', { message: 'Internal Server Error' }) : answerOf(result.payload);
    return { ...answer, headers: { ...answer.headers, 'x-amzn-requestid': requestId } };
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return plain(error.status, error.code, { ...error.fields, message: error.message });
  }
}
