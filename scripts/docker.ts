/**
 * Runs a command with a Docker engine and the base images of the examples: `node scripts/docker.ts <command …>`. The engine is the one that
 * answers. Where none does, or one that lacks those images and a registry, root of a Debian system gets one of its own for as long as the
 * command runs. Ends with the command's exit code; with 3 and the reason where there can be no engine, with 1 where there is one that cannot
 * be used.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { watchdog } from '../src/containers/watchdog.ts';
import { baseImages, haveBaseImages, makeBaseImages } from './docker-bases.ts';
import { Interrupted, leaveWith, root, run } from './process.ts';

/** There is no engine, and there can be none; the text says why and what would help. */
class NoEngine extends Error {
  override name = 'NoEngine';
}

interface OwnEngine {
  readonly host: string;
  stop(): Promise<void>;
}

/** Kept from run to run: images are the slow part. */
const dataFolder = path.join(root, '.sluice/docker');
/** Of the whole command, wall seconds. */
const commandLimitSeconds = 900;

const succeeds = async (command: readonly [string, ...string[]], env: Readonly<Record<string, string>> = {}): Promise<boolean> =>
  (await run(command, { shows: false, limitSeconds: 20, env })).code === 0;
const answers = (env?: Readonly<Record<string, string>>) => succeeds(['docker', 'version', '--format', '{{.Server.Version}}'], env);

/** Installs what is missing of an engine and of what makes base images. */
async function install(): Promise<void> {
  const missing = [];
  if (!(await succeeds(['dockerd', '--version']))) missing.push('docker.io');
  if (!(await succeeds(['mmdebstrap', '--version']))) missing.push('mmdebstrap');
  if (missing.length === 0) return;
  console.log(`installing ${missing.join(', ')}`);
  await run(['apt-get', 'update'], { shows: false, limitSeconds: 60 });
  const flags = ['--yes', '--no-install-recommends'];
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  const { code, output } = await run(['apt-get', 'install', ...flags, ...missing], { shows: false, limitSeconds: 180, env });
  if (code !== 0) throw new NoEngine(`apt-get cannot install ${missing.join(', ')}: ${output.trimEnd().split('\n').at(-1)}`);
  // A package of its own since Debian 13.
  if (!(await succeeds(['docker', '--version']))) await run(['apt-get', 'install', ...flags, 'docker-cli'], { shows: false, limitSeconds: 120, env });
}

/** Starts an engine of our own: images below the tree, its socket in a temporary folder, no firewall rule of the machine's touched. It ends with us. */
async function startEngine(): Promise<OwnEngine> {
  mkdirSync(dataFolder, { recursive: true });
  const folder = mkdtempSync(path.join(tmpdir(), 'docker-'));
  const host = `unix://${folder}/docker.sock`;
  const log = path.join(folder, 'log');
  const hadBridge = 'docker0' in networkInterfaces();
  const guard = watchdog('kill -TERM "$id"');
  const places = ['--data-root', dataFolder, '--exec-root', `${folder}/exec`, '--pidfile', `${folder}/pid`, '--host', host];
  // Overlays are fast, and not to be had on every file system; plain copies always are.
  for (const driver of ['overlay2', 'vfs']) {
    const out = openSync(log, 'a');
    const daemon = spawn('dockerd', ['--storage-driver', driver, '--iptables=false', '--ip6tables=false', ...places], {
      stdio: ['ignore', out, out],
      detached: true,
    });
    if (daemon.pid !== undefined) guard.guard(daemon.pid);
    const ended = new Promise<void>((resolve) => daemon.once('exit', () => resolve()).once('error', () => resolve()));
    const stop = async () => {
      daemon.kill('SIGTERM');
      await Promise.race([ended, sleep(20_000, undefined, { ref: false })]);
      daemon.kill('SIGKILL');
      if (daemon.pid !== undefined) guard.release(daemon.pid);
      await guard.close();
      if (!hadBridge) spawnSync('ip', ['link', 'delete', 'docker0'], { timeout: 10_000 });
      rmSync(folder, { recursive: true, force: true });
    };
    for (let attempt = 0; attempt < 60 && daemon.exitCode === null; attempt++) {
      if (await answers({ DOCKER_HOST: host })) return { host, stop };
      await sleep(500);
    }
    daemon.kill('SIGKILL');
    await ended;
    if (daemon.pid !== undefined) guard.release(daemon.pid);
  }
  await guard.close();
  const reason = `dockerd does not start here: ${readFileSync(log, 'utf8').trimEnd().split('\n').at(-1)}`;
  rmSync(folder, { recursive: true, force: true });
  // What this machine does not allow is no flaw; anything else is one, and must not pass for a machine without Docker.
  throw /not permitted|permission denied|invalid argument/i.test(reason) ? new NoEngine(reason) : new Error(reason);
}

/** What a container is made with: mounts and namespaces, and a network. By number, as <linux/capability.h> has them. */
const neededCapabilities = { CAP_SYS_ADMIN: 21, CAP_NET_ADMIN: 12 } as const;

/** The rights an engine needs that root does not have here, as in a container without privileges. */
function missingCapabilities(): string[] {
  const effective = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0'}`);
  return Object.entries(neededCapabilities).flatMap(([name, bit]) => (((effective >> BigInt(bit)) & 1n) === 1n ? [] : [name]));
}

/** An engine of our own with the base images made from Debian's packages, in place of one that is not there or lacks them. */
async function ownEngine(): Promise<OwnEngine> {
  await install();
  const own = await startEngine();
  try {
    const unavailable = await makeBaseImages({ DOCKER_HOST: own.host });
    if (unavailable?.failed === true) throw new Error(unavailable.reason);
    if (unavailable) throw new NoEngine(`a base image needs Python: ${unavailable.reason}`);
    return own;
  } catch (error) {
    await own.stop();
    throw error;
  }
}

/** Why this machine cannot be given an engine of its own; undefined where it can. */
function whyNoOwnEngine(): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get'))
    return 'only root of a Debian system can be given an engine of its own';
  const missing = missingCapabilities();
  return missing.length === 0 ? undefined : `root may not run an engine of its own here, without ${missing.join(' and ')}`;
}

async function main(command: readonly [string, ...string[]]): Promise<number> {
  const found = await answers();
  // Into somebody's engine nothing goes by the name of an image that a registry has: it is pulled, or not there.
  const missing = found ? await haveBaseImages({}) : 'no Docker engine answers';
  let own: OwnEngine | undefined;
  try {
    if (missing !== undefined) {
      const reason = whyNoOwnEngine();
      // An engine was found, so whoever relies on it has to hear that it is of no use.
      if (reason !== undefined && found) throw new Error(`${missing}; ${reason}`);
      if (reason !== undefined) throw new NoEngine(`${missing}; ${reason}`);
      own = await ownEngine();
    }
    console.log(`a Docker engine${own ? ' of our own' : ''} with ${baseImages.join(', ')}`);
    const env: Record<string, string> = own ? { DOCKER_HOST: own.host } : {};
    return (await run(command, { shows: true, limitSeconds: commandLimitSeconds, env })).code;
  } catch (error) {
    if (!(error instanceof Error) || error instanceof Interrupted) throw error;
    console.log(`no Docker: ${error.message}`);
    return error instanceof NoEngine ? 3 : 1;
  } finally {
    await own?.stop();
  }
}

const [program = 'docker', ...words] = process.argv.slice(2);
await leaveWith(() => main([program, ...(process.argv.length > 2 ? words : ['images'])]));
