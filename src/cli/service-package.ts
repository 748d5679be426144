import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

/**
 * Packages the service as it would be deployed: the CloudFormation template and a zip a function.
 *
 * @param folder where to; made if it isn't there
 * @param signal ends it early
 * @throws Error with the packager's own words
 */
export async function packageService(folder: string, signal?: AbortSignal): Promise<void> {
  // The packager leaves its own temporary folders behind: they go into one that we remove.
  mkdirSync(dirname(folder), { recursive: true });
  const scratch = mkdtempSync(join(dirname(folder), 'packaging-'));
  try {
    const child = spawn(process.execPath, ['scripts/package.ts', '--package', folder], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, TMPDIR: scratch },
      ...(signal && { signal }),
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (said += text));
    const code = await new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve));
    if (code !== 0) throw new Error(`Cannot package the service (exit ${code}):\n${said.trim()}`);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
