import { Console } from 'node:console';
import { Writable } from 'node:stream';
import type { Kernel } from '../../kernel.ts';
import { dateAt, prefixedConsole } from '../runtime/handler.ts';
import { builtinFor, seededCrypto } from './builtins.ts';
import type { SandboxGlobals } from './script.ts';
import type { SandboxTimers } from './timers.ts';

/** Thrown by the sandbox's `process.exit`: nothing after it runs. */
export class ProcessExit extends Error {
  override name = 'ProcessExit';
  readonly exitCode: number;

  constructor(exitCode: number) {
    super(`process.exit(${exitCode})`);
    this.exitCode = exitCode;
  }
}

/** What a sandbox's surroundings are made from. */
export interface SandboxParts {
  readonly kernel: Kernel;
  readonly environment: Record<string, string | undefined>;
  readonly timers: SandboxTimers;
  readonly http: Readonly<Record<string, unknown>>;
  readonly onOutput: (text: string) => void;
  readonly onExit: (exitCode: number) => void;
  readonly requestId: () => string | undefined;
}

/** Everything a wrapped module finds around it that the host would otherwise give. */
export function sandboxGlobals(parts: SandboxParts): {
  readonly globals: SandboxGlobals;
  readonly builtin: (name: string) => unknown;
  readonly console: ReturnType<typeof prefixedConsole>;
} {
  const { kernel, timers, onOutput } = parts;
  const { clock, random } = kernel;
  const now = () => clock.now();
  const startedAtMs = now();
  const name = 'lambda';
  const stream = () =>
    Object.assign(
      new Writable({
        decodeStrings: false,
        write(chunk: string | Uint8Array, _encoding, done) {
          onOutput(typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8'));
          done();
        },
      }),
      { isTTY: false, fd: 1 },
    );
  const stdout = stream();
  const stderr = stream();
  const lines = prefixedConsole(now, parts.requestId, (_stream, text) => onOutput(text));
  const plainConsole = new Console({ stdout, stderr });
  const sandboxConsole: object = Object.assign(plainConsole, lines, { Console });
  const sandboxDate = dateAt(now);
  const sandboxMath: object = Object.defineProperties(
    { random: () => random.uniform(`${name}/math-random`) },
    Object.fromEntries(Object.entries(Object.getOwnPropertyDescriptors(Math)).filter(([key]) => key !== 'random')),
  );
  const chance = seededCrypto(random, name);

  const elapsedMs = () => now() - startedAtMs;
  const hrtime = Object.assign(
    (since?: readonly [number, number]) => {
      const ms = elapsedMs() - (since ? since[0] * 1000 + since[1] / 1e6 : 0);
      return [Math.floor(ms / 1000), Math.round((ms % 1000) * 1e6)];
    },
    { bigint: () => BigInt(elapsedMs()) * 1_000_000n },
  );
  const performance = {
    now: elapsedMs,
    timeOrigin: startedAtMs,
    mark: () => {},
    measure: () => {},
    clearMarks: () => {},
    clearMeasures: () => {},
    toJSON: () => ({ timeOrigin: startedAtMs }),
  };
  const process: object = overlaid(globalThis.process, {
    env: parts.environment,
    argv: ['/var/lang/bin/node', '/var/runtime/index.mjs'],
    execArgv: [],
    pid: 2,
    ppid: 1,
    stdout,
    stderr,
    // What another part of the host does (warnings, signals, uncaught errors) is none of the function's.
    on() {
      return process;
    },
    once() {
      return process;
    },
    off() {
      return process;
    },
    addListener() {
      return process;
    },
    removeListener() {
      return process;
    },
    removeAllListeners() {
      return process;
    },
    listenerCount: () => 0,
    emit: () => false,
    emitWarning(warning: unknown) {
      onOutput(`(node:2) ${String(warning)}\n`);
    },
    exit(exitCode = 0) {
      parts.onExit(exitCode);
      throw new ProcessExit(exitCode);
    },
    abort() {
      parts.onExit(134);
      throw new ProcessExit(134);
    },
    nextTick: globalThis.process.nextTick.bind(globalThis.process),
    cwd: () => '/var/task',
    hrtime,
    uptime: () => elapsedMs() / 1000,
    memoryUsage: Object.assign(() => ({ rss: 1e8, heapTotal: 5e7, heapUsed: 4e7, external: 1e6, arrayBuffers: 1e5 }), { rss: () => 1e8 }),
    cpuUsage: () => ({ user: 0, system: 0 }),
  });

  const globals: Record<string, unknown> = {
    process,
    Date: sandboxDate,
    Math: sandboxMath,
    crypto: chance.webcrypto,
    performance,
    console: sandboxConsole,
    ...timers.globals,
    AbortSignal: abortSignals(timers),
    // The SDK talks over `http`; these would reach the host's network in the host's time.
    fetch: undefined,
    XMLHttpRequest: undefined,
    WebSocket: undefined,
  };
  // What a module puts on its global object stays with its own environment.
  const own = overlaid(globalThis, globals) as Record<string, unknown>;
  own['globalThis'] = own['global'] = own;
  globals['globalThis'] = globals['global'] = own;

  const perfHooks = { performance, monitorEventLoopDelay: undefined, PerformanceObserver: undefined };
  const builtin = builtinFor(
    new Map<string, unknown>([
      ['http', parts.http],
      ['https', parts.http],
      ['crypto', chance.module],
      ['process', process],
      ['console', sandboxConsole],
      ['timers', { ...timers.globals, promises: timers.promises }],
      ['timers/promises', timers.promises],
      ['perf_hooks', perfHooks],
    ]),
  );
  return { globals: globals as SandboxGlobals, builtin, console: lines };
}

/** An object that is `target` but for these members; what is set on it stays on it. */
const overlaid = (target: object, members: object): object => Object.create(target, Object.getOwnPropertyDescriptors(members)) as object;

/** `AbortSignal`, its time-outs on the emulator's clock. */
function abortSignals(timers: SandboxTimers): object {
  return new Proxy(AbortSignal, {
    get(target, key) {
      if (key !== 'timeout') return Reflect.get(target, key, target) as unknown;
      return (delayMs: number) => {
        const controller = new AbortController();
        timers.globals.setTimeout(() => controller.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError')), delayMs);
        return controller.signal;
      };
    },
  });
}
