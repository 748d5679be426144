import { execFile } from 'node:child_process';
import { lookup } from 'node:dns/promises';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Network } from './container.ts';

/** A network of plain processes: names for loopback addresses, in an `/etc/hosts` that only its members see. */
export interface ProcessNetwork extends Network {
  /** The words that come before a member's own command line; none where names need no help, or get none. */
  readonly prefix: readonly string[];
}

/** A mount namespace is root's right, and inside a user namespace everybody's, where the system allows those. */
const namespaces = [
  ['unshare', '--mount'],
  ['unshare', '--user', '--map-root-user', '--mount'],
];
const coverHosts = 'mount --bind "$1" /etc/hosts && shift && exec "$@"';

/**
 * The address of each name. On Linux all of 127.0.0.0/8 is this machine, so each host gets an address of its own and may listen on the
 * port its peers know; other systems have 127.0.0.1 alone.
 */
export const addressesOf = (hostNames: readonly string[], platform: NodeJS.Platform = process.platform): ReadonlyMap<string, string> =>
  new Map(hostNames.map((name, index) => [name, platform === 'linux' ? `127.0.0.${index + 2}` : '127.0.0.1']));

const succeeds = ([file = '', ...args]: readonly string[]): Promise<boolean> =>
  new Promise((resolve) => {
    execFile(file, args, { timeout: 10_000 }, (error) => resolve(error === null));
  });

const isLoopback = (name: string): Promise<boolean> =>
  lookup(name).then(
    // An address from elsewhere is a name server's that answers to everything.
    ({ address }) => address.startsWith('127.'),
    () => false,
  );

/** @param prefixes ways to a hosts file of one's own, the first that works is taken; tests leave them out */
export async function processNetwork(hostNames: readonly string[], prefixes = namespaces): Promise<ProcessNetwork> {
  const addresses = addressesOf(hostNames);
  const interfaceName = Object.entries(networkInterfaces()).find(([, all]) => all?.some(({ address }) => address === '127.0.0.1'))?.[0] ?? 'lo';
  const lines = [...addresses].map(([name, address]) => `${address}\t${name}`);
  if (process.platform === 'linux') {
    const folder = mkdtempSync(join(tmpdir(), 'hosts-'));
    const file = join(folder, 'hosts');
    writeFileSync(file, `${lines.join('\n')}\n${readFileSync('/etc/hosts', 'utf8')}`);
    const close = () => Promise.resolve(rmSync(folder, { recursive: true, force: true }));
    // Asked of the resolver itself: a name service may be set up to read no file.
    const ask = `require("node:dns").lookup(${JSON.stringify(hostNames.at(-1))}, (error, address) => process.exit(address === ${JSON.stringify([...addresses.values()].at(-1))} ? 0 : 1))`;
    for (const namespace of prefixes) {
      const prefix = [...namespace, '/bin/sh', '-c', coverHosts, 'hosts', file];
      if (await succeeds([...prefix, process.execPath, '-e', ask])) return { interfaceName, prefix, close };
    }
    await close();
  }
  const resolve = await Promise.all(hostNames.map(isLoopback));
  const unknown = hostNames.filter((_, index) => !resolve[index]);
  return {
    interfaceName,
    prefix: [],
    close: () => Promise.resolve(),
    ...(unknown.length > 0 && {
      unresolved: `${unknown.join(', ')} will not be found by name: plain processes cannot have an /etc/hosts of their own here; add ${lines.map((line) => `"${line.replace('\t', ' ')}"`).join(', ')} to the machine's, or use Docker (the training toolkit waits 15 minutes for names, unless it gets --env SM_STUDIO_LOCAL_MODE=true)`,
    }),
  };
}
