import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { layBakedFiles } from './baked-files.ts';
import { type Container, ContainerCannotStart, type ContainerSpec, type Engine, type Network } from './container.ts';
import { processEnvironment } from './environment.ts';
import { listeningPorts, listens } from './listening.ts';
import { logLines } from './log-lines.ts';
import { type ProcessNetwork, processNetwork } from './process-network.ts';
import { processCommand } from './start-command.ts';
import { watchdog } from './watchdog.ts';

/** How long, in wall milliseconds, the log of a container that has ended may stay open in a process that left its group. */
const logGraceMs = 1_000;

/** Waits for a word before it becomes the container's program: who dies before the guard knows the container leaves none behind. */
const gate = 'read -r go && exec "$@" </dev/null';

/**
 * Runs images as plain processes of this machine, each in a process group of its own: no Docker, no isolation. What an image knows by
 * absolute paths is mapped (environment.ts); a program that spells `/opt/ml` out instead of reading `SAGEMAKER_BASE_DIR` needs Docker.
 */
export function processEngine(): Engine {
  const running = new Set<Container>();
  const guard = watchdog('kill -KILL "-$id"');
  /** Those made here; one of another engine's has nothing to say to a process. */
  const networks = new WeakMap<Network, ProcessNetwork>();
  let closed = false;

  return {
    kind: 'process',
    async start(spec) {
      if (process.platform === 'win32')
        throw new ContainerCannotStart('Containers as plain processes need Linux or macOS: use Docker or WSL on Windows');
      if (closed) throw new ContainerCannotStart(`Cannot start "${spec.name}": the engine is closed`);
      const hostPath = process.env['PATH'] ?? '';
      const { file, args } = processCommand(spec, hostPath.split(':').filter(Boolean));
      guard.open();
      const workingFolder = join(spec.rootFolder, spec.config.WorkingDir ?? '/');
      mkdirSync(workingFolder, { recursive: true });
      mkdirSync(spec.baseFolder, { recursive: true });
      layBakedFiles(spec);
      // Below the container's own tree, so that whoever removes that removes this too, even after a crash of ours.
      const scratchFolder = mkdtempSync(join(spec.baseFolder, 'tmp-'));
      const prefix = (spec.member && networks.get(spec.member.network)?.prefix) ?? [];
      const [first = '', ...rest] = [...prefix, '/bin/sh', '-c', gate, 'gate', file, ...args];
      const child = spawn(first, rest, {
        cwd: workingFolder,
        env: processEnvironment(spec, { path: hostPath, scratchFolder }),
        detached: true,
        stdio: ['pipe', 'pipe', 'pipe'],
      });
      // A child that has started has a process id at once; being detached, it leads the group of that number.
      const group = child.pid;
      if (group !== undefined) guard.guard(group);
      // The other end may be gone already, which the exit code tells.
      child.stdin.on('error', () => {});
      child.stdin.end('go\n');
      const giveBack = () => rmSync(scratchFolder, { recursive: true, force: true });
      try {
        await started(child, spec);
      } catch (error) {
        giveBack();
        throw error;
      }
      if (group === undefined) throw new ContainerCannotStart(`Cannot start "${spec.name}": it has no process id`);
      const container = containerOf(child, group, spec, () => {
        guard.release(group);
        giveBack();
        running.delete(container);
      });
      running.add(container);
      if (closed) await container.stop(0);
      return container;
    },
    async network(hostNames) {
      const network = await processNetwork(hostNames);
      networks.set(network, network);
      return network;
    },
    async close() {
      closed = true;
      await Promise.all([...running].map((container) => container.stop(0)));
      await guard.close();
    },
  };
}

const started = (child: ChildProcess, spec: ContainerSpec): Promise<void> =>
  new Promise((resolve, reject) => {
    child.once('spawn', () => resolve());
    child.once('error', (cause) => reject(new ContainerCannotStart(`Cannot start "${spec.name}": ${cause.message}`, { cause })));
  });

function signal(target: number, name: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(target, name);
  } catch {
    // It is gone already, which is what we want.
  }
}

function containerOf(child: ChildProcess, group: number, spec: ContainerSpec, onGone: () => void): Container {
  let portTaken: string | undefined;
  const lines = (stream: Readable, name: 'stdout' | 'stderr') =>
    logLines(stream, (line) => {
      if (/EADDRINUSE|address already in use/i.test(line)) portTaken ??= line.trim();
      spec.onLine(line, name);
    });
  // A piped child has both.
  const logged = Promise.all([lines(child.stdout!, 'stdout'), lines(child.stderr!, 'stderr')]);
  const portHint = () =>
    portTaken && spec.port !== undefined && !portTaken.includes(String(spec.port))
      ? `"${spec.name}" found its port taken ("${portTaken}"): it ignores SAGEMAKER_BIND_TO_PORT=${spec.port}; read that variable, or run the image with Docker`
      : undefined;

  let gone = false;
  const exited = new Promise<{ exitCode: number | null; signal: string | null }>((resolve) => {
    child.once('exit', (exitCode, exitSignal) => {
      // As the end of a container's first process ends all others.
      signal(-group, 'SIGKILL');
      let timer: NodeJS.Timeout | undefined;
      const patience = new Promise<void>((enough) => {
        timer = setTimeout(enough, logGraceMs);
      });
      void Promise.race([logged, patience]).then(() => {
        clearTimeout(timer);
        child.stdout?.destroy();
        child.stderr?.destroy();
        gone = true;
        const hint = portHint();
        if (hint) spec.onLine(hint, 'stderr');
        onGone();
        resolve({ exitCode, signal: exitSignal });
      });
    });
  });

  return {
    exited,
    group,
    ...(spec.port === undefined ? {} : { url: `http://127.0.0.1:${spec.port}` }),
    async stop(graceMs) {
      if (gone) return;
      // Like Docker: the first process is asked, the whole group is killed.
      if (graceMs > 0) signal(group, 'SIGTERM');
      else signal(-group, 'SIGKILL');
      // Wall time: a process cannot be hurried by another clock.
      const timer = setTimeout(() => signal(-group, 'SIGKILL'), graceMs);
      await exited;
      clearTimeout(timer);
    },
    async whyUnreachable() {
      if (spec.port === undefined) return undefined;
      if (gone) return portHint() ?? `"${spec.name}" has ended`;
      if (await listens(spec.port)) return undefined;
      const ports = listeningPorts(group);
      const way = `SAGEMAKER_BIND_TO_PORT=${spec.port}: read that variable, or run the image with Docker`;
      if (ports && ports.length > 0) return `"${spec.name}" listens on port ${ports.join(', ')} and ignores ${way}`;
      if (!ports && (await listens(8080))) return `Port 8080 answers and port ${spec.port} does not: "${spec.name}" seems to ignore ${way}`;
      return portHint() ?? `"${spec.name}" runs and listens on no port`;
    },
  };
}
