import type { Ports } from '../ports/ports.ts';
import { loadRollout, specOf, tagsOf } from '../rollout/load.ts';
import { ownImageOf } from '../rollout/rollout.ts';
import { containersOf } from './containers.ts';

/** Makes the SageMaker model a canary serves: its containers by digest, the trained artifact, the environment. Asking twice makes one. */
export async function createModel(
  rolloutId: string,
  ports: Pick<Ports, 'rollouts' | 'deliveries' | 'models' | 'packages' | 'images' | 'settings' | 'clock'>,
): Promise<{ readonly modelName: string }> {
  const rollout = await loadRollout(rolloutId, ports);
  const spec = await specOf(rollout, ports);
  const modelName = rollout.id;
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
  return { modelName };
}
