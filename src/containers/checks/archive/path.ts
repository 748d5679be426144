/** An entry's path without what means nothing: `./a/b/` is `a/b`. */
export const plain = (path: string): string =>
  path
    .replace(/^(\.\/)+/, '')
    .replace(/\/+$/, '')
    .replace(/^\.$/, '');
