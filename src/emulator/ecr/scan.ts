import type { FindingSeverity, ImageScanFindingsSummary, ImageScanStatus, ScanStatus } from '@aws-sdk/client-ecr';
import { dockerConfigType, parseImageConfig } from '../../containers/image.ts';
import { type EcrState, type Repository, repositoryArn, type StoredImage, tagsOf } from './state.ts';

/** A vulnerability a scan found. */
export interface Finding {
  /** `CVE-2026-1234`. */
  readonly name: string;
  readonly severity: FindingSeverity;
  readonly description?: string;
  readonly uri?: string;
  /** The package it is in, and that package's version. */
  readonly package?: string;
  readonly version?: string;
}

/** The latest scan of one image. */
export interface Scan {
  readonly startedAtMs: number;
  status: Extract<ScanStatus, 'IN_PROGRESS' | 'COMPLETE' | 'FAILED'>;
  /** AWS's words on the status. */
  description: string;
  /** Unset until it is over. */
  completedAtMs?: number;
  findings: readonly Finding[];
}

const severities: readonly string[] = ['CRITICAL', 'HIGH', 'MEDIUM', 'LOW', 'INFORMATIONAL', 'UNDEFINED'] satisfies FindingSeverity[];
const ociConfigType = 'application/vnd.oci.image.config.v1+json';

/** Labels of an image that say what a scan of it comes to: a JSON list of findings, or why it fails. */
const findingsLabel = 'local.scan.findings';
const failureLabel = 'local.scan.failed';

/** AWS's words for an image whose system it can't read. */
const unsupported = 'UnsupportedImageError: The operating system and/or package manager are not supported.';

/** Whether it is an image at all: an index, a signature or another artifact is not scanned. */
export const isScannable = ({ configDigest, artifactMediaType }: StoredImage): boolean =>
  configDigest !== undefined && (artifactMediaType === dockerConfigType || artifactMediaType === ociConfigType);

const isFinding = (value: unknown): value is Finding => {
  if (typeof value !== 'object' || value === null) return false;
  const { name, severity, ...rest } = value as Record<string, unknown>; // an object, by the line above
  const known = ['description', 'uri', 'package', 'version'];
  return (
    typeof name === 'string' &&
    severities.includes(String(severity)) &&
    Object.entries(rest).every(([key, one]) => known.includes(key) && typeof one === 'string')
  );
};

/** Reads the label; text says what is wrong with it. */
function labelledFindings(label: string | undefined): readonly Finding[] | string {
  if (label === undefined) return [];
  let list: unknown;
  try {
    list = JSON.parse(label);
  } catch {
    return `the label "${findingsLabel}" is no JSON: ${label}`;
  }
  if (Array.isArray(list) && list.every(isFinding)) return list;
  return `the label "${findingsLabel}" is ${label}, expected a list of {"name","severity"} and, if you like, "description", "uri", "package", "version"; severities are ${severities.join(', ')}`;
}

type Conclusion = Pick<Scan, 'status' | 'description' | 'findings'>;

/** What a scan of an image comes to: what was published of it, else what its labels say, else nothing found. */
function conclude(state: EcrState, image: StoredImage): Conclusion {
  const failed = (description: string): Conclusion => ({ status: 'FAILED', description, findings: [] });
  const config = parseImageConfig(state.blobs.read(image.configDigest ?? ''));
  if (config.os !== 'linux') return failed(unsupported);
  const published = state.publishedFindings.get(image.digest);
  const reason = config.Labels[failureLabel];
  if (reason !== undefined && !published) return failed(reason);
  const findings = published ?? labelledFindings(config.Labels[findingsLabel]);
  if (typeof findings === 'string') return failed(`The image cannot be scanned: ${findings}`);
  return { status: 'COMPLETE', description: 'The scan was completed successfully.', findings };
}

/** How many findings of each severity; one without any is absent, as AWS leaves it out. */
function severityCounts(findings: readonly Finding[]): Partial<Record<FindingSeverity, number>> {
  const counts: Partial<Record<FindingSeverity, number>> = {};
  for (const { severity } of findings) counts[severity] = (counts[severity] ?? 0) + 1;
  return counts;
}

/** A scan's status as the API tells of it. */
export const scanStatusOf = ({ status, description }: Scan): ImageScanStatus => ({ status, ...(description === '' ? {} : { description }) });

/** What a completed scan came to; undefined while there is nothing to tell. */
export const scanSummaryOf = ({ status, completedAtMs, findings }: Scan): ImageScanFindingsSummary | undefined =>
  status === 'COMPLETE' && completedAtMs !== undefined
    ? {
        imageScanCompletedAt: new Date(completedAtMs),
        vulnerabilitySourceUpdatedAt: new Date(completedAtMs),
        findingSeverityCounts: severityCounts(findings),
      }
    : undefined;

/** Scans an image in the background: half a minute to a minute and a half, then the event. AWS publishes no figures. */
export function beginScan(state: EcrState, repository: Repository, image: StoredImage): Scan {
  const { kernel } = state;
  const scan: Scan = { startedAtMs: kernel.clock.now(), status: 'IN_PROGRESS', description: '', findings: [] };
  repository.scans.set(image.digest, scan);
  kernel.clock.after(1000 * kernel.random.between('ecr/scan-seconds', 30, 90), `scan of ${repository.name}@${image.digest}`, () => {
    // Deleted meanwhile, image or repository: nobody is told.
    if (state.repositories.get(repository.name)?.images.get(image.digest) !== image) return;
    Object.assign(scan, conclude(state, image), { completedAtMs: kernel.clock.now() });
    kernel.trace.write('state', { service: 'ecr', repository: repository.name, scanned: image.digest, status: scan.status });
    kernel.cloud.publish({
      source: 'aws.ecr',
      detailType: 'ECR Image Scan',
      resources: [repositoryArn(kernel, repository.name)],
      detail: {
        'scan-status': scan.status,
        'repository-name': repository.name,
        ...(scan.status === 'COMPLETE' ? { 'finding-severity-counts': severityCounts(scan.findings) } : {}),
        'image-digest': image.digest,
        'image-tags': tagsOf(repository, image.digest),
      },
    });
  });
  return scan;
}
