import type {
  BuildPhaseType,
  CreateProjectInput,
  ExportedEnvironmentVariable,
  ProjectCache,
  ProjectEnvironment,
  ProjectSource,
  StatusType,
  Tag,
} from '@aws-sdk/client-codebuild';
import { AwsError } from '../aws-error.ts';
import { arnOf, type Kernel } from '../kernel.ts';
import type { Access, Limits } from '../operation.ts';
import type { Builder } from './builder.ts';

export interface Project {
  readonly name: string;
  readonly arn: string;
  readonly createdAtMs: number;
  modifiedAtMs: number;
  /** As it was asked for; an update replaces what it names. */
  settings: Omit<CreateProjectInput, 'name' | 'tags'>;
  tags: readonly Tag[];
  /** Of builds so far; the next one has the next number. */
  buildCount: number;
}

/** What a phase has to say of its end. */
export interface PhaseContext {
  /** `COMMAND_EXECUTION_ERROR`. */
  readonly statusCode: string;
  readonly message: string;
}

export interface Phase {
  readonly type: BuildPhaseType;
  readonly startedAtMs: number;
  /** Unset while it runs; COMPLETED, the last, has none. */
  status?: StatusType;
  endedAtMs?: number;
  /** Unset where nothing went wrong. */
  context?: PhaseContext;
}

export interface Build {
  /** `<project>:<uuid>`. */
  readonly id: string;
  readonly arn: string;
  readonly number: number;
  readonly projectName: string;
  readonly startedAtMs: number;
  /** Unset until it is over. */
  endedAtMs?: number;
  status: StatusType;
  readonly phases: Phase[];
  readonly source: ProjectSource;
  readonly sourceVersion: string | undefined;
  readonly environment: ProjectEnvironment;
  readonly cache: ProjectCache;
  readonly serviceRole: string;
  readonly timeoutInMinutes: number;
  readonly queuedTimeoutInMinutes: number;
  readonly initiator: string;
  /** Where it logs; undefined: nowhere. */
  readonly log: { readonly groupName: string; readonly streamName: string } | undefined;
  exported: readonly ExportedEnvironmentVariable[];
  /** Aborted once it is over, however that came about. */
  readonly over: AbortController;
}

export interface CodeBuildState {
  readonly kernel: Kernel;
  readonly builder: Builder;
  /** Whether a build fails for no fault of its own; asked once a build. */
  readonly buildOutcome: (projectName: string) => 'ok' | 'failed';
  readonly projects: Map<string, Project>;
  /** By id, oldest first. */
  readonly builds: Map<string, Build>;
  /** What was started under a token, and with what. */
  readonly tokens: Map<string, { readonly buildId: string; readonly input: string; readonly atMs: number }>;
}

export const projectArn = (kernel: Pick<Kernel, 'account' | 'region'>, name: string): string => arnOf(kernel, 'codebuild', `project/${name}`);
export const buildArn = (kernel: Pick<Kernel, 'account' | 'region'>, id: string): string => arnOf(kernel, 'codebuild', `build/${id}`);

export const invalidInput = (message: string): AwsError => new AwsError('InvalidInputException', message);

/** Permission for one call on one project. Builds have none of their own: they are their project's. */
export const onProject = ({ kernel }: CodeBuildState, action: string, name: string): Access => ({
  action: `codebuild:${action}`,
  resource: projectArn(kernel, name),
});

/** @throws AwsError `ResourceNotFoundException` */
export function projectNamed({ kernel, projects }: CodeBuildState, name: string): Project {
  const project = projects.get(name);
  if (!project) throw new AwsError('ResourceNotFoundException', `Project cannot be found: ${projectArn(kernel, name)}`);
  return project;
}

/** A build's id, also where its ARN was given. */
export const idOf = (idOrArn: string): string => idOrArn.slice(idOrArn.lastIndexOf('/') + 1);
export const projectOf = (idOrArn: string): string => idOf(idOrArn).split(':')[0] ?? '';

export const projectNameLimit = { min: 2, max: 150, pattern: /[A-Za-z0-9][A-Za-z0-9\-_]{1,149}/ };

/** Limits that `CreateProject` and `UpdateProject` share. */
export const projectLimits: Limits = {
  name: projectNameLimit,
  description: { max: 255 },
  serviceRole: { min: 1 },
  'environment.image': { min: 1 },
  'environment.environmentVariables[].name': { min: 1 },
  'environment.environmentVariables[].type': { oneOf: ['PLAINTEXT', 'PARAMETER_STORE', 'SECRETS_MANAGER'] },
  timeoutInMinutes: { min: 5, max: 2160 },
  queuedTimeoutInMinutes: { min: 5, max: 480 },
  concurrentBuildLimit: { min: 1 },
  tags: { max: 50 },
};

/** One page of `items`, a hundred at most; the token is where the next one begins. */
export function page<Item>(items: readonly Item[], token: string | undefined): { readonly items: Item[]; readonly nextToken?: string } {
  const start = token === undefined ? 0 : Number(Buffer.from(token, 'base64').toString());
  if (!Number.isInteger(start) || start < 0) throw invalidInput('Invalid next token');
  const end = start + 100;
  return { items: items.slice(start, end), ...(end < items.length ? { nextToken: Buffer.from(String(end)).toString('base64') } : {}) };
}
