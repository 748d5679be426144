import { clashOf, type DocumentPath, pathText } from './document-path.ts';
import { readerOf } from './expression-reader.ts';
import type { Placeholders } from './placeholders.ts';

/**
 * Reads a projection: paths, separated by commas, none of which holds another.
 *
 * @throws AwsError `ValidationException` in DynamoDB's words
 */
export function parseProjection(text: string, placeholders: Placeholders): DocumentPath[] {
  const reader = readerOf('ProjectionExpression', text, placeholders);
  const paths: DocumentPath[] = [];
  do {
    const { path } = reader.readPath();
    for (const other of paths) {
      const clash = clashOf(other, path);
      if (clash) {
        reader.complain(
          `Two document paths ${clash} with each other; must remove or rewrite one of these paths; path one: ${pathText(other)}, path two: ${pathText(path)}`,
        );
      }
    }
    paths.push(path);
  } while (reader.skipSymbol(','));
  reader.finish();
  return paths;
}
