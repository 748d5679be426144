import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { packagedService } from '../package.ts';

/** A copy of the packaged service for one run: whoever tidies the cache meanwhile is not in the way. `remove` it in the end. */
export async function ownPackage(): Promise<{ readonly folder: string; readonly remove: () => void }> {
  const folder = mkdtempSync(path.join(tmpdir(), 'sluice-simulation-'));
  cpSync(await packagedService(), folder, { recursive: true });
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
