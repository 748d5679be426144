import { cpSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Brings what an image has below `/opt/ml`, such as `/opt/ml/code`, into the folder that takes that place. What the platform lays there
 * itself (`input`, `model`, `output`) hides the image's, as its mounts do on SageMaker.
 */
export function layBakedFiles({ rootFolder, baseFolder }: { readonly rootFolder: string; readonly baseFolder: string }): void {
  const baked = join(rootFolder, 'opt/ml');
  if (!existsSync(baked)) return;
  mkdirSync(baseFolder, { recursive: true });
  for (const name of readdirSync(baked)) {
    const target = join(baseFolder, name);
    if (!existsSync(target)) cpSync(join(baked, name), target, { recursive: true });
  }
}
