import type { Finding } from '../finding.ts';
import type { ImageContents } from '../pack.ts';

/** One thing people get wrong with SageMaker images, seen without starting them. */
export interface Check {
  /** The finding's id, `CC-11`: ids are stable, documentation and searches hang on them. */
  readonly id: string;
  /** What is asked, as a fact that holds for a good image. */
  readonly title: string;
  readonly look: (image: ImageContents) => Finding[];
}

export const defineCheck = (check: Check): Check => check;
