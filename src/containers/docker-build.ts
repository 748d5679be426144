import { ContainerCannotStart } from './container.ts';
import { docker, inspectImage } from './docker-engine.ts';
import type { ImageConfig } from './image.ts';

/** An image the Docker engine has. */
export interface DockerImage {
  readonly id: string;
  /** As Docker knows it: with what the base brings, such as a search path or an entry point. */
  readonly config: ImageConfig;
}

/**
 * Builds a folder by its own `Dockerfile`, with all that only Docker honours. The image has no name and stays, so that the next build is
 * quick; `docker image prune` removes it.
 *
 * @throws ContainerCannotStart with Docker's own words
 */
export async function buildWithDocker(folder: string, { os, architecture }: Pick<ImageConfig, 'os' | 'architecture'>): Promise<DockerImage> {
  const id = await docker(['build', '--quiet', '--platform', `${os}/${architecture}`, folder]).catch((cause: unknown) => {
    throw new ContainerCannotStart(`Cannot build "${folder}" with Docker: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  });
  return inspectImage(id);
}
