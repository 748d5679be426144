import { AwsError, notEmulated } from '../aws-error.ts';
import type { Caller } from '../iam/caller.ts';
import type { Identities } from '../iam/identities.ts';
import { findSignatureFault, readSignature } from '../iam/signature.ts';
import type { WireRequest } from './message.ts';

const unknownClient = () => new AwsError('UnrecognizedClientException', 'The security token included in the request is invalid.');

/**
 * Who sent a request, by its signature, which is really checked.
 *
 * @throws AwsError in AWS JSON's words, which other protocols rename: `MissingAuthenticationTokenException`,
 * `UnrecognizedClientException` (unknown key, or a role's key without its session token), `InvalidSignatureException`
 */
export function authenticate(request: WireRequest, identities: Identities): Caller {
  if ('X-Amz-Signature' in request.query) throw notEmulated('presigned URLs');
  const authorization = request.headers['authorization'];
  if (authorization === undefined) throw new AwsError('MissingAuthenticationTokenException', 'Missing Authentication Token');
  if (authorization.startsWith('AWS4-ECDSA-P256-SHA256')) throw notEmulated('Signature Version 4A');
  const signature = readSignature(authorization);
  if (!signature)
    throw new AwsError('IncompleteSignatureException', 'Authorization header requires Credential, SignedHeaders and Signature of AWS4-HMAC-SHA256.');
  const key = identities.keyOf(signature.accessKeyId);
  const caller = identities.callerOf(signature.accessKeyId);
  if (!key || !caller) throw unknownClient();
  // The administrator has no session; a token left over in somebody's environment does no harm.
  if (key.sessionToken !== '' && request.headers['x-amz-security-token'] !== key.sessionToken) throw unknownClient();
  const fault = findSignatureFault(request, signature, key.secretAccessKey);
  if (fault !== undefined) throw new AwsError('InvalidSignatureException', fault);
  return caller;
}
