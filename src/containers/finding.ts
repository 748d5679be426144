/** Something about an image that SageMaker, or a plain process in its place, will stumble over. */
export interface Finding {
  /** The conformance check that found it (`CC-11`); unset for an instruction a packed image cannot honour. */
  readonly id?: string;
  /** `error`: it will fail. `warning`: trouble is likely. `advice`: better otherwise. */
  readonly level: Level;
  /** A place a person can open: `Dockerfile:7`, `train`. */
  readonly where: string;
  readonly what: string;
  /** One sentence: what to do. */
  readonly fix: string;
  /** What was seen, a line each: the last of a log, a failure text. Unset: `what` says it all. */
  readonly evidence?: readonly string[];
}

export const levels = ['error', 'warning', 'advice'] as const;
export type Level = (typeof levels)[number];

export const formatFinding = ({ id, where, what, fix }: Finding): string => `${where}: ${what}${id ? ` (${id})` : ''}; ${fix}`;

/** A folder that makes no image SageMaker could run: every finding, not only the first. */
export class ImageRefused extends Error {
  override name = 'ImageRefused';
  readonly folder: string;
  readonly findings: readonly Finding[];

  constructor(folder: string, findings: readonly Finding[]) {
    super(`Cannot make an image of "${folder}":\n${findings.map((finding) => `  ${formatFinding(finding)}`).join('\n')}`);
    this.folder = folder;
    this.findings = findings;
  }
}
