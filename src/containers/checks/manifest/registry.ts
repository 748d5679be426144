import type { Check } from '../check.ts';
import { hasATagOfItsOwn } from './has-a-tag-of-its-own.ts';
import { holdsAnImage } from './holds-an-image.ts';
import { isDockerSchema2 } from './is-docker-schema-2.ts';
import { isInEcr } from './is-in-ecr.ts';
import { isInTheRegion } from './is-in-the-region.ts';
import { isSmallEnough } from './is-small-enough.ts';

export const checks: readonly Check<'manifest'>[] = [holdsAnImage, isDockerSchema2, isInTheRegion, isSmallEnough, hasATagOfItsOwn, isInEcr];
