import nodeCrypto from 'node:crypto';
import fs from 'node:fs';
import { createRequire, isBuiltin } from 'node:module';
import type { TransformOptions } from 'node:stream';
import zlib from 'node:zlib';
import type { Random } from '../../random.ts';

const hostRequire = createRequire(import.meta.url);

/** A function of a module that takes bytes of chance from `random` instead of the host. */
export function seededCrypto(random: Random, name: string): { readonly module: object; readonly webcrypto: object } {
  const bytes = (size: number) => Buffer.from(random.hex(`${name}/random-bytes`, size), 'hex');
  const fill = <T extends NodeJS.ArrayBufferView>(target: T): T => {
    new Uint8Array(target.buffer, target.byteOffset, target.byteLength).set(bytes(target.byteLength));
    return target;
  };
  const randomUUID = () => random.uuid(`${name}/random-uuid`);
  const whole = (low: number, high: number) => low + Math.floor(random.uniform(`${name}/random-int`) * (high - low));
  const webcrypto = shadow(nodeCrypto.webcrypto, { randomUUID, getRandomValues: fill });
  const module = shadow(nodeCrypto, {
    randomUUID,
    randomBytes(size: number, callback?: (error: null, bytes: Buffer) => void) {
      const drawn = bytes(size);
      if (!callback) return drawn;
      queueMicrotask(() => callback(null, drawn));
    },
    randomFillSync: fill,
    randomInt(low: number, high?: number | ((error: null, value: number) => void)) {
      return typeof high === 'number' ? whole(low, high) : whole(0, low);
    },
    getRandomValues: fill,
    webcrypto,
    // Node checks raw bytes as a key anew for each signature, and that takes longer than signing; a key object it takes as it is.
    createHmac: (algorithm: string, key: nodeCrypto.BinaryLike | nodeCrypto.KeyObject, options?: TransformOptions) =>
      nodeCrypto.createHmac(algorithm, key instanceof Uint8Array ? nodeCrypto.createSecretKey(key) : key, options),
  });
  return { module, webcrypto };
}

/** An object that is `target` but for some members; functions keep `target` as their receiver. */
function shadow<T extends object>(target: T, members: Readonly<Record<string, unknown>>): T {
  return new Proxy(target, {
    get(object, key) {
      if (typeof key === 'string' && Object.hasOwn(members, key)) return members[key];
      const value: unknown = Reflect.get(object, key, object);
      // Classes must stay themselves (`instanceof`); plain functions of host objects need their receiver.
      return typeof value === 'function' && !Object.hasOwn(value, 'prototype') ? (value.bind(object) as unknown) : value;
    },
    has: (object, key) => Reflect.has(object, key) || (typeof key === 'string' && Object.hasOwn(members, key)),
  });
}

type Callback = (error: unknown, value?: unknown) => void;
type Plain = Readonly<Record<string, unknown>>;

/**
 * A module whose callback functions do their work at once and call back in a microtask: a thread pool finishes when the
 * host pleases, and the virtual clock must not depend on that.
 */
function withoutThreads(module: object, extra: Plain = {}): object {
  const plain = module as Plain;
  const members: Record<string, unknown> = { ...extra };
  for (const name of Object.keys(plain)) {
    const sync = plain[`${name}Sync`];
    if (typeof sync !== 'function' || typeof plain[name] !== 'function' || name in members) continue;
    members[name] = (...parameters: unknown[]) => {
      const callback = parameters.pop() as Callback;
      settle(sync as (...all: unknown[]) => unknown, parameters).then(
        (value) => callback(null, value),
        (error: unknown) => callback(error),
      );
    };
  }
  return shadow(module, members);
}

async function settle(work: (...all: unknown[]) => unknown, parameters: unknown[]): Promise<unknown> {
  return work(...parameters);
}

const filePromises = shadow(
  fs.promises,
  Object.fromEntries(
    Object.keys(fs.promises)
      .map((name) => [name, (fs as unknown as Plain)[`${name}Sync`]] as const)
      .filter(([, sync]) => typeof sync === 'function')
      .map(([name, sync]) => [name, (...parameters: unknown[]) => settle(sync as (...all: unknown[]) => unknown, parameters)]),
  ),
);
const files = withoutThreads(fs, { promises: filePromises });
const compression = withoutThreads(zlib);

/** Modules that reach the network or start threads and processes: they would run in the host's time. */
const outside = new Set(['net', 'tls', 'dgram', 'dns', 'dns/promises', 'http2', 'cluster', 'inspector', 'inspector/promises']);

/**
 * Node's built-in modules as one environment sees them.
 *
 * @param own the environment's own modules: `http`, `https`, `crypto`, `process`, `timers`, ...
 * @returns the module, or undefined where `name` is no built-in
 */
export function builtinFor(own: ReadonlyMap<string, unknown>): (name: string) => unknown {
  return (name) => {
    const bare = name.replace(/^node:/, '');
    if (own.has(bare)) return own.get(bare);
    if (bare === 'fs') return files;
    if (bare === 'fs/promises') return filePromises;
    if (bare === 'zlib') return compression;
    if (!isBuiltin(name)) return undefined;
    const module = hostRequire(`node:${bare}`) as object;
    // Loading is harmless (SDKs load what they may never use); using it is refused by name.
    return outside.has(bare) ? refusing(module, bare) : module;
  };
}

function refusing(module: object, name: string): object {
  return new Proxy(module, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== 'function' || Object.hasOwn(value, 'prototype')) return value;
      return () => {
        throw new Error(`Cannot use "${name}.${String(key)}" under the virtual clock: it runs in the host's time`);
      };
    },
  });
}
