import type { Kernel } from '../kernel.ts';
import { bindService, type Service } from '../operation.ts';
import { deleteParameter } from './delete-parameter.ts';
import { getParameter } from './get-parameter.ts';
import { putParameter } from './put-parameter.ts';
import type { SsmState } from './state.ts';

/** Systems Manager: the parameter store, as far as one value a name goes. */
export function createSsmService(kernel: Kernel): { readonly service: Service } {
  const state: SsmState = { kernel, parameters: new Map() };
  return { service: bindService('ssm', state, [putParameter, getParameter, deleteParameter]) };
}
