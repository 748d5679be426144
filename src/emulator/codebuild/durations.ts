import type { Random } from '../random.ts';

/** How long CodeBuild takes for its phases, in seconds of emulator time, drawn around AWS's own example of a build. Nobody publishes figures. */
export const durations = (random: Random) => ({
  queued: () => random.between('codebuild/queued-seconds', 0.5, 2),
  provisioning: () => random.between('codebuild/provisioning-seconds', 20, 40),
  download: () => random.between('codebuild/download-seconds', 1, 5),
  preBuild: () => random.between('codebuild/pre-build-seconds', 4, 9),
  build: () => random.between('codebuild/build-seconds', 90, 360),
  postBuild: () => random.between('codebuild/post-build-seconds', 8, 20),
  finalizing: () => random.between('codebuild/finalizing-seconds', 2, 4),
});
