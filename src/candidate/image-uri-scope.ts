import { type Framework, type ImageTable, imageData } from './image-uri-data.ts';
import { familyOf, isKnownGraviton } from './image-uri-instance.ts';
import { knownWords, NoSuchImage } from './image-uri-refusal.ts';
import { nearest } from './nearest.ts';

export interface ScopeRequest {
  readonly framework: string;
  readonly instanceType?: string | undefined;
  readonly scope?: string | undefined;
  readonly accelerator?: string | undefined;
}

/**
 * What an image is for, `training` or `inference` and their kin, and the table of those images.
 *
 * A framework with one scope has that one, whatever was asked. So does one whose images for both are the same: its scope is then the one asked for.
 *
 * @throws NoSuchImage where the framework has no such images
 */
export function scopeOf(framework: Framework, request: ScopeRequest): { readonly scope: string; readonly table: ImageTable } {
  const wanted = wantedScope(request);
  const { sharedScopes, scopes } = framework;
  const known = sharedScopes ?? Object.keys(scopes);
  const scope = chosen(known, wanted, sharedScopes !== undefined);
  const table = scope === undefined ? undefined : scopes[sharedScopes ? '*' : scope];
  if (scope !== undefined && table) return { scope, table };
  if (wanted === undefined) {
    throw new NoSuchImage('scope', `the images of ${request.framework} differ by what they are for, and nothing was named; ${knownWords(known)}`);
  }
  throw new NoSuchImage('scope', `${request.framework} has no image for "${wanted}"; ${knownWords(known, nearest(wanted, known))}`);
}

function wantedScope({ framework, instanceType, scope, accelerator }: ScopeRequest): string | undefined {
  if (accelerator !== undefined) return 'eia';
  if (isKnownGraviton(familyOf(instanceType)) && imageData.graviton.frameworks.includes(framework)) return 'inference_graviton';
  return scope ?? (framework === 'xgboost' || framework === 'sklearn' ? 'training' : undefined);
}

function chosen(known: readonly string[], wanted: string | undefined, shared: boolean): string | undefined {
  if (known.length === 1) return known[0];
  if (wanted === undefined) return shared ? known[0] : undefined;
  return known.includes(wanted) ? wanted : undefined;
}
