import type { Finding, Level } from '../finding.ts';
import type { ServingSeen } from './serving/seen.ts';
import type { TrainingSeen } from './training/seen.ts';
import type { ArchiveSeen, ConfigSeen, ImageContents, ManifestSeen } from './seen.ts';

/** What the checks of a stage look at; a stage is one way of looking at an image, in the order they are walked. */
export interface SeenAt {
  /** What a registry keeps of it. */
  readonly manifest: ManifestSeen;
  /** Its settings. */
  readonly config: ConfigSeen;
  /** Its files. */
  readonly files: ImageContents;
  /** How it answers once it was started with `serve`. */
  readonly serving: ServingSeen;
  /** How it trains. */
  readonly training: TrainingSeen;
  /** The model it is given. */
  readonly archive: ArchiveSeen;
}
export type Stage = keyof SeenAt;

/** What one check has to say; the check's own id, level and place go with it unless it says otherwise. */
export interface Complaint {
  readonly what: string;
  readonly fix: string;
  readonly where?: string;
  readonly level?: Level;
  readonly evidence?: readonly string[];
}

/** One thing people get wrong with SageMaker images. It judges what was seen and looks at nothing itself. */
export interface Check<S extends Stage> {
  /** The finding's id, `CC-11`: ids are stable, documentation and searches hang on them. Two stages may ask the same thing. */
  readonly id: string;
  readonly stage: S;
  readonly level: Level;
  /** What is asked, as a fact that holds for a good image. */
  readonly title: string;
  readonly look: (seen: SeenAt[S]) => readonly Complaint[];
  /** Why what was seen tells nothing here, either way; undefined where it does. Unset: it always does. */
  readonly silent?: (seen: SeenAt[S]) => string | undefined;
}

export const defineCheck = <S extends Stage>(check: Check<S>): Check<S> => check;

/** A check that could not be made, and why. */
export interface NotChecked {
  readonly id: string;
  readonly title: string;
  readonly because: string;
}

/** What the checks of one stage say. */
export interface Judgement {
  readonly findings: readonly Finding[];
  readonly notChecked: readonly NotChecked[];
  /** How many had nothing to complain of. */
  readonly passed: number;
}

/** Asks every check of a stage. */
export function judge<S extends Stage>(checks: readonly Check<S>[], seen: SeenAt[S]): Judgement {
  const findings: Finding[] = [];
  const notChecked: NotChecked[] = [];
  let passed = 0;
  for (const { id, title, level, look, silent } of checks) {
    const because = silent?.(seen);
    if (because !== undefined) {
      notChecked.push({ id, title, because });
      continue;
    }
    const complaints = look(seen);
    if (complaints.length === 0) passed++;
    for (const complaint of complaints) findings.push({ id, level, where: seen.where, ...complaint });
  }
  return { findings, notChecked, passed };
}
