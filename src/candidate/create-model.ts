import type { Ports } from '../ports/ports.ts';
import { loadRollout, specOf, tagsOf } from '../rollout/load.ts';

/** Makes the SageMaker model a canary serves: the image by digest, the trained artifact, the spec's environment. Asking twice makes one. */
export async function createModel(
  rolloutId: string,
  ports: Pick<Ports, 'rollouts' | 'deliveries' | 'models' | 'settings' | 'clock'>,
): Promise<{ readonly modelName: string }> {
  const rollout = await loadRollout(rolloutId, ports);
  const spec = await specOf(rollout, ports);
  const modelName = rollout.id;
  const saved =
    rollout.candidate.modelName === modelName
      ? rollout
      : await ports.rollouts.save(
          {
            ...rollout,
            phase: 'Registering',
            candidate: { ...rollout.candidate, modelName },
            made: { ...rollout.made, models: [...rollout.made.models, modelName] },
          },
          [
            {
              kind: 'model-created',
              text: `model ${modelName} from ${rollout.candidate.images?.join(', ') ?? ''}`,
              evidence: { modelName, images: rollout.candidate.images, modelDataUrl: rollout.candidate.modelDataUrl },
            },
          ],
          ports.clock.now(),
        );
  await ports.models.create({
    modelName,
    imageUri: saved.candidate.images?.[0] ?? '',
    ...(saved.candidate.modelDataUrl !== undefined && { modelDataUrl: saved.candidate.modelDataUrl }),
    environment: spec.serve.environment,
    executionRoleArn: ports.settings.modelRoleArn,
    tags: tagsOf(saved),
  });
  return { modelName };
}
