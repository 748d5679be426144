import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { makeStack, type Stack } from './cloudformation/stack.ts';
import { parseTemplate } from './cloudformation/template.ts';
import type { Caller } from './iam/caller.ts';
import type { Identities } from './iam/identities.ts';
import type { Kernel } from './kernel.ts';

export type { Stack, StackResource } from './cloudformation/stack.ts';

const templateName = 'cloudformation-template-update-stack.json';
const stateName = 'serverless-state.json';

/** What the packaging tool notes about itself; a template doesn't say what its stack is called. */
interface PackageState {
  readonly service?: { readonly service?: string; readonly provider?: { readonly stage?: string; readonly stackName?: string } };
}

function stackNameOf(folder: string): string {
  const file = path.join(folder, stateName);
  if (!existsSync(file)) return path.basename(path.resolve(folder)).replaceAll(/[^A-Za-z0-9-]/g, '') || 'stack';
  // The tool's own file, in its own shape; what is missing has a default.
  const { service } = JSON.parse(readFileSync(file, 'utf8')) as PackageState;
  return service?.provider?.stackName ?? `${service?.service ?? 'service'}-${service?.provider?.stage ?? 'dev'}`;
}

/**
 * Deploys what `osls package` wrote: reads the CloudFormation template and makes its resources; code comes from the zips
 * beside it.
 *
 * @param packageFolder the folder with the template and the zips, or the one that holds it as `.serverless`
 * @param parameters values of the template's parameters
 * @throws Error when there is no package; AwsError as `makeStack`
 */
export async function deployPackage(
  parts: { readonly kernel: Kernel; readonly identities: Identities; readonly administrator: Caller },
  packageFolder: string,
  parameters: Readonly<Record<string, string>> = {},
): Promise<Stack> {
  const folder = [packageFolder, path.join(packageFolder, '.serverless')].find((one) => existsSync(path.join(one, templateName)));
  if (folder === undefined) {
    throw new Error(`Cannot deploy "${packageFolder}": it holds no ${templateName}; run "osls package" first`);
  }
  return await makeStack({
    ...parts,
    stackName: stackNameOf(folder),
    template: parseTemplate(readFileSync(path.join(folder, templateName), 'utf8')),
    parameters,
    artifact(name) {
      const file = path.join(folder, name);
      return existsSync(file) ? readFileSync(file) : undefined;
    },
  });
}
