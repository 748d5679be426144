import type { Kernel } from '../kernel.ts';
import { bindService, type Service } from '../operation.ts';
import { getCallerIdentity } from './get-caller-identity.ts';

/** STS, as far as a caller asks who it is. Roles are taken on within (`Cloud.assume`), so AssumeRole is refused by name. */
export function createStsService(kernel: Pick<Kernel, 'account'>): { readonly service: Service } {
  return { service: bindService('sts', { account: kernel.account }, [getCallerIdentity]) };
}
