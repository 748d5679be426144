import type { Project as ProjectView } from '@aws-sdk/client-codebuild';
import type { Project } from './state.ts';

/** CodeBuild's own values where a project says nothing. */
export const defaultTimeoutInMinutes = 60;
export const defaultQueuedTimeoutInMinutes = 480;

/** A project as the API tells of it. */
export function describeProject({ name, arn, createdAtMs, modifiedAtMs, settings, tags }: Project): ProjectView {
  const { badgeEnabled = false, ...rest } = settings;
  return {
    ...rest,
    name,
    arn,
    tags: [...tags],
    created: new Date(createdAtMs),
    lastModified: new Date(modifiedAtMs),
    cache: settings.cache ?? { type: 'NO_CACHE' },
    timeoutInMinutes: settings.timeoutInMinutes ?? defaultTimeoutInMinutes,
    queuedTimeoutInMinutes: settings.queuedTimeoutInMinutes ?? defaultQueuedTimeoutInMinutes,
    badge: { badgeEnabled },
    projectVisibility: 'PRIVATE',
  };
}
