import type { ImageConfig } from './image.ts';

/** `ContainerEntrypoint` and `ContainerArguments` of a training job; what is undefined is the image's, and the word. */
export interface Instead {
  readonly entrypoint: readonly string[] | undefined;
  readonly arguments: readonly string[] | undefined;
}

/** One start of an image, as `docker run <image> train|serve` under SageMaker. */
export interface ContainerSpec {
  /** The unpacked image. Containers of one image share it: an image that writes into its own folders writes for all. */
  readonly rootFolder: string;
  /** An image Docker itself has, by id: `rootFolder` is then not looked at. Unset: `rootFolder` is the image. */
  readonly dockerImage?: string;
  readonly config: ImageConfig;
  readonly command: 'train' | 'serve';
  /** What a training job starts instead of the entry point, and of the word. Unset: those. */
  readonly instead?: Instead | undefined;
  /** The folder that is `/opt/ml` for this container. */
  readonly baseFolder: string;
  /** Platform variables and the API's `Environment`; wins over the image's `ENV`. */
  readonly environment: Readonly<Record<string, string>>;
  /** Where `serve` shall listen on 127.0.0.1, 1-65535. Unset for `train`. */
  readonly port?: number;
  /** Where the container is one of several. Unset: it knows nobody by name. */
  readonly member?: Member;
  /** Each line of the container's log, without its line end. */
  readonly onLine: (line: string, stream: 'stdout' | 'stderr') => void;
  /** Names the container in errors and logs. */
  readonly name: string;
  readonly imageUri: string;
}

/** What lets the containers of one job find one another by name. */
export interface Network {
  /** Of the interface that carries their addresses, as `resourceconfig.json` names it. */
  readonly interfaceName: string;
  /** Why the names do not resolve, and what a person can do; unset where they do. */
  readonly unresolved?: string;
  close(): Promise<void>;
}

/** A container's place in a network. */
export interface Member {
  readonly network: Network;
  /** `algo-1`. */
  readonly hostName: string;
}

export interface Container {
  /** Settles once the container and everything it started is gone and its last line was given out. Never rejects. */
  readonly exited: Promise<{ readonly exitCode: number | null; readonly signal: string | null }>;
  /** SIGTERM, then SIGKILL after `graceMs` of wall time; resolves when it is gone. Twice does no harm. */
  stop(graceMs: number): Promise<void>;
  /** `http://127.0.0.1:<port>`; unset for `train`. */
  readonly url?: string;
  /** The process group on this machine, whose first process has the same number. Unset: it is in a machine of its own. */
  readonly group?: number;
  /** Why nothing answers on `url`, as far as it can be seen from outside; undefined when it listens, or nothing telling is seen. */
  whyUnreachable(): Promise<string | undefined>;
}

/** What runs containers. Linux and macOS; Windows is not supported (process groups and executable bits are not there). */
export interface Engine {
  readonly kind: 'process' | 'docker';
  /** @throws ContainerCannotStart */
  start(spec: ContainerSpec): Promise<Container>;
  /** Makes a network in which these names are, as far as this machine lets it. Close it once its containers have ended. */
  network(hostNames: readonly string[]): Promise<Network>;
  /** Kills all that still runs. */
  close(): Promise<void>;
}

/** The image has nothing to start, or what it has doesn't start; the text is what Docker would say, and the way out. */
export class ContainerCannotStart extends Error {
  override name = 'ContainerCannotStart';
}
