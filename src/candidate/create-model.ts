import type { Ports } from '../ports/ports.ts';
import { decideEnding } from '../rollout/ending.ts';
import { Refused } from '../rollout/errors.ts';
import { loadRollout, specOf, tagsOf } from '../rollout/load.ts';
import { ownImageOf, type Rollout } from '../rollout/rollout.ts';
import { containersOf } from './containers.ts';

type Needs = Pick<Ports, 'rollouts' | 'deliveries' | 'models' | 'packages' | 'images' | 'settings' | 'clock'>;

/**
 * Makes the SageMaker model a canary serves: its containers by digest, the trained artifact, the environment. Asking twice
 * makes one. What AWS refuses for good ends the rollout; the next task hears of it.
 */
export async function createModel(rolloutId: string, ports: Needs): Promise<{ readonly modelName: string }> {
  const rollout = await loadRollout(rolloutId, ports);
  const modelName = rollout.id;
  try {
    await make(rollout, modelName, ports);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const found = await loadRollout(rolloutId, ports);
    const ending = { outcome: 'Failed', reason: 'model-refused', text: error.message, page: false } as const;
    await decideEnding(found, ending, [{ kind: 'model-created', text: error.message }], ports);
  }
  return { modelName };
}

async function make(rollout: Rollout, modelName: string, ports: Needs): Promise<void> {
  if (rollout.ending) return;
  const spec = await specOf(rollout, ports);
  const containers = await containersOf(rollout, spec, ports);
  const images = containers.map(({ imageUri }) => imageUri);
  const ownImage = ownImageOf(rollout.candidate);
  const saved =
    rollout.candidate.modelName === modelName
      ? rollout
      : await ports.rollouts.save(
          {
            ...rollout,
            phase: 'Registering',
            candidate: { ...rollout.candidate, images, containers, ...(ownImage !== undefined && { ownImage }), modelName },
            made: { ...rollout.made, models: [...rollout.made.models, modelName] },
          },
          [{ kind: 'model-created', text: `model ${modelName} from ${images.join(', ')}`, evidence: { modelName, containers } }],
          ports.clock.now(),
        );
  await ports.models.create({
    modelName,
    containers,
    ...(spec.serve.vpc && { vpc: spec.serve.vpc }),
    networkIsolation: spec.serve.networkIsolation,
    executionRoleArn: spec.serve.roleArn ?? ports.settings.modelRoleArn,
    tags: tagsOf(saved),
  });
}
