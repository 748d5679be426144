import type { ImageConfig } from '../image.ts';
import type { Word } from '../start-command.ts';

/** What an image is wanted for; it decides how grave some findings are. */
export const hostings = ['single', 'multi-container', 'multi-model', 'serverless'] as const;
export type Hosting = (typeof hostings)[number];

/** What a registry keeps of an image besides its blobs. */
export interface ManifestSeen {
  readonly where: string;
  /** Of what the tag points to. Unset: it is in no registry yet, or nobody said. */
  readonly mediaType?: string;
  /** `linux/arm64`, of each entry of an index. Unset: it is no index. */
  readonly platforms?: readonly string[];
  /** Bytes of each layer as stored. Unset: not known. */
  readonly layerBytes?: readonly number[];
  /** The image's name as SageMaker will be given it. Unset: it has none yet. */
  readonly imageUri?: string;
  /** Where the endpoint is or will be. Unset: not known. */
  readonly region?: string;
  readonly hosting: Hosting;
}

/** An image's settings, and what it is wanted for. */
export interface ConfigSeen {
  readonly where: string;
  readonly config: ImageConfig;
  /** The words SageMaker will start this image with. */
  readonly commands: readonly Word[];
  readonly hosting: Hosting;
  /** `ml.m5.large`. Unset: not known. */
  readonly instanceType?: string;
  /** Whether a program of each word is on the PATH. Unset: the files are not known. */
  readonly findsWords?: boolean;
}

/** A file of an image. */
export interface ImageFile {
  readonly bytes: Uint8Array;
  readonly executable: boolean;
  /** The file it came from, relative to the build folder; of a built image its own path. */
  readonly source: string;
}

/** An image's files. */
export interface ImageContents {
  readonly config: ImageConfig;
  /** By absolute path in the image. */
  readonly files: ReadonlyMap<string, ImageFile>;
  readonly folders: ReadonlySet<string>;
  /** The words SageMaker will start this image with. */
  readonly commands: readonly Word[];
  /** A place to point at: the ENTRYPOINT in the Dockerfile, or its first line. */
  readonly where: string;
  /** What brings files that are not seen here, such as `RUN`. Unset: all files are known. */
  readonly unseen?: string;
}

/** An entry of a model archive. */
export interface ArchiveEntrySeen {
  /** As written in the archive. */
  readonly path: string;
  readonly kind: 'file' | 'folder' | 'symlink' | 'hard-link' | 'other';
  /** Permission bits. */
  readonly mode: number;
  readonly bytes: number;
}

/** A model archive, or the folder that will become one. */
export interface ArchiveSeen {
  readonly where: string;
  /** Why it is no gzipped tar; unset: it is one, or it is a folder. */
  readonly unreadable?: string;
  /** Whether it is a folder: then it is packed by us. */
  readonly isFolder: boolean;
  readonly entries: readonly ArchiveEntrySeen[];
  /** Of the archive itself; 0 for a folder. */
  readonly archiveBytes: number;
  readonly hosting: Hosting;
  /** `SAGEMAKER_PROGRAM` of the image. Unset: it has none. */
  readonly program?: string;
  /** Whether the image holds a SageMaker inference toolkit, which runs the code in the archive. */
  readonly hasToolkit: boolean;
  /** Bytes of the volume it is unpacked onto. Unset: not known. */
  readonly volumeBytes?: number;
}
