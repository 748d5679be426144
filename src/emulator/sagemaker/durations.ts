import type { Random } from '../random.ts';
import type { FleetVariant } from './state.ts';

/**
 * How long SageMaker takes, in seconds of emulator time, drawn around what was measured on AWS: 432-435 s for a first
 * endpoint, about 10 min for an update, 24-30 min until a container that never answers is given up, about 31 min
 * without capacity. Nobody publishes official figures.
 */
export const durations = (random: Random) => ({
  create: () => random.between('sagemaker/endpoint-create-seconds', 405, 435),
  update: () => random.between('sagemaker/endpoint-update-seconds', 570, 630),
  /** Until new weights steer requests. */
  weightsEffect: () => random.between('sagemaker/weights-effect-seconds', 2, 8),
  /** Until the status is InService again after new weights. */
  weights: () => random.between('sagemaker/weights-seconds', 40, 50),
  scaleOut: () => random.between('sagemaker/scale-out-seconds', 270, 330),
  scaleIn: () => random.between('sagemaker/scale-in-seconds', 60, 120),
  noCapacity: () => random.between('sagemaker/no-capacity-seconds', 1830, 1890),
  /** Until an image or model data that cannot be read fails the deployment. */
  unreadable: () => random.between('sagemaker/unreadable-seconds', 120, 240),
  delete: () => random.between('sagemaker/endpoint-delete-seconds', 60, 180),
  rollBack: () => random.between('sagemaker/roll-back-seconds', 30, 90),
  /** A start-up window of the default 480 s is given up after about 1500 s; longer and shorter windows in proportion. */
  unhealthy: (variants: readonly FleetVariant[]) =>
    random.between('sagemaker/unhealthy-seconds', 1470, 1530) *
    (Math.max(...variants.map((variant) => variant.config.ContainerStartupHealthCheckTimeoutInSeconds ?? 480)) / 480),
  trainingStart: () => random.between('sagemaker/training-start-seconds', 60, 120),
  trainingDownload: () => random.between('sagemaker/training-download-seconds', 20, 60),
  /** Until spot instances are found again after an interruption. */
  spotCapacity: () => random.between('sagemaker/spot-capacity-seconds', 120, 900),
  /** What spot instances cost, of the price on demand. AWS says up to 90 % less. */
  spotPriceShare: () => random.between('sagemaker/spot-price-share', 0.3, 0.5),
  trainingUpload: () => random.between('sagemaker/training-upload-seconds', 5, 20),
});

/** The share of a deployment's time that passes before its instances start the containers. */
export const provisioningShare = 0.6;
