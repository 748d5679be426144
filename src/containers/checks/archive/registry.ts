import type { Check } from '../check.ts';
import { bringsItsCode } from './brings-its-code.ts';
import { fitsTheDisk } from './fits-the-disk.ts';
import { hasNoSideFiles } from './has-no-side-files.ts';
import { hasNoWrappingFolder } from './has-no-wrapping-folder.ts';
import { holdsPlainFiles } from './holds-plain-files.ts';
import { isGzippedTar } from './is-gzipped-tar.ts';
import { isReadable } from './is-readable.ts';

export const checks: readonly Check<'archive'>[] = [
  isGzippedTar,
  hasNoWrappingFolder,
  holdsPlainFiles,
  hasNoSideFiles,
  fitsTheDisk,
  bringsItsCode,
  isReadable,
];
