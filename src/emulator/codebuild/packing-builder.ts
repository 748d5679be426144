import { formatFinding, ImageRefused } from '../../containers/finding.ts';
import { packEntries } from '../../containers/pack.ts';
import { type Builder, ImageNotBuilt } from './builder.ts';

/**
 * Builds without Docker, in memory, at once: what no program has to run for. Equal sources give an equal digest.
 * What SageMaker could not start is told and built all the same, as Docker would.
 */
export const packingBuilder: Builder = {
  async build({ entries, name, dockerfile, buildArguments, platform }, onLine) {
    try {
      const image = packEntries(name, entries, ['train', 'serve'], { dockerfile, buildArguments, platform, contract: 'told' });
      for (const warning of image.warnings) onLine(`warning: ${formatFinding(warning)}`);
      onLine(`packed ${image.layers.length} layers as ${image.digest}`);
      return image;
    } catch (cause) {
      if (!(cause instanceof ImageRefused)) throw cause;
      const errors = cause.findings.filter(({ level }) => level === 'error').map(formatFinding);
      for (const error of errors) onLine(`error: ${error}`);
      throw new ImageNotBuilt(errors.join('\n'), { cause });
    }
  },
};
