import type { Kernel } from '../kernel.ts';
import type { FunctionVersion } from './function.ts';
import type { Instance, InvocationFacts, Outcome, StartInstance } from './instance.ts';

/** Environments kept idle for each version, beyond those at work. */
const idleLimit = 4;
/** How long, in wall milliseconds, an idle worker keeps its memory; AWS too takes idle environments away after some minutes. */
const idleWallMs = 60_000;

interface Environment {
  readonly instance: Instance;
  readonly logStream: string;
  onOutput: (text: string) => void;
  idleTimer?: NodeJS.Timeout;
}

/** What an invocation is told when it has an environment: where its log goes, and whether the environment is new. */
export type OnPlaced = (place: { readonly logStream: string; readonly cold: boolean }) => (text: string) => void;

export interface Pool {
  /**
   * Runs one invocation in an idle environment, the last used first, or in a new one.
   *
   * @param onPlaced returns what takes the function's output
   */
  run(version: FunctionVersion, facts: InvocationFacts, onPlaced: OnPlaced): Promise<Outcome>;
  /** Ends idle environments of a version; those at work end with their invocation. */
  retire(version: FunctionVersion): void;
  /** Ends all, busy ones too. */
  close(): Promise<void>;
}

/** @param environmentOf the `process.env` of a new environment */
export function createPool(
  kernel: Kernel,
  start: StartInstance,
  environmentOf: (version: FunctionVersion, logStream: string) => Record<string, string>,
): Pool {
  const idle = new Map<FunctionVersion, Environment[]>();
  const alive = new Set<Environment>();
  const ending = new Set<Promise<void>>();
  const retired = new WeakSet<FunctionVersion>();
  let closed = false;

  function end(environment: Environment): void {
    clearTimeout(environment.idleTimer);
    if (!alive.delete(environment)) return;
    const done = environment.instance.close().finally(() => ending.delete(done));
    ending.add(done);
  }
  function fresh(version: FunctionVersion): Environment {
    const day = new Date(kernel.clock.now()).toISOString().slice(0, 10).replaceAll('-', '/');
    const logStream = `${day}/[${version.version}]${kernel.random.hex('lambda/log-stream', 16)}`;
    const onOutput = (text: string) => environment.onOutput(text);
    const environment: Environment = {
      logStream,
      onOutput: () => {},
      instance: start({ version, environment: environmentOf(version, logStream), onOutput }),
    };
    alive.add(environment);
    return environment;
  }
  function rest(version: FunctionVersion, environment: Environment): void {
    const resting = idle.get(version) ?? [];
    if (closed || retired.has(version) || resting.length >= idleLimit) return end(environment);
    idle.set(version, resting);
    resting.push(environment);
    // A worker holds threads and memory; an environment of the virtual clock is a few objects, and no wall tells its age.
    if (kernel.clock.kind === 'virtual') return;
    environment.idleTimer = setTimeout(() => {
      const at = resting.indexOf(environment);
      if (at >= 0) resting.splice(at, 1);
      end(environment);
    }, idleWallMs).unref();
  }

  return {
    async run(version, facts, onPlaced) {
      const found = idle.get(version)?.pop();
      const environment = found ?? fresh(version);
      clearTimeout(environment.idleTimer);
      environment.onOutput = onPlaced({ logStream: environment.logStream, cold: found === undefined });
      const outcome = await environment.instance.invoke(facts);
      environment.onOutput = () => {};
      if ('failure' in outcome && outcome.fatal) end(environment);
      else rest(version, environment);
      return outcome;
    },
    retire(version) {
      retired.add(version);
      for (const environment of idle.get(version) ?? []) end(environment);
      idle.delete(version);
    },
    async close() {
      closed = true;
      idle.clear();
      for (const environment of alive) end(environment);
      await Promise.all(ending);
    },
  };
}
