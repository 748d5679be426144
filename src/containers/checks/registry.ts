import type { Check, Stage } from './check.ts';
import { checks as archive } from './archive/registry.ts';
import { checks as config } from './config/registry.ts';
import { checks as files } from './files/registry.ts';
import { checks as manifest } from './manifest/registry.ts';
import { checks as serving } from './serving/registry.ts';
import { checks as training } from './training/registry.ts';

/** Every check, by the stage it looks at. A new one is a file in its stage's folder and a line in that folder's registry. */
export const checks: { readonly [S in Stage]: readonly Check<S>[] } = { manifest, config, files, serving, training, archive };
