/**
 * Whether a path matches one of Docker's patterns. A name that begins with a dot is a name like any other; `*` and `?` stay
 * within a folder; `**` is any number of folders; `[a-c]` and `[^a-c]` are one of several characters; a backslash keeps the
 * next one as it is.
 *
 * @see Go's path/filepath.Match, and ".dockerignore file" in Docker's documentation
 */
export const matchesDockerGlob = (path: string, pattern: string): boolean => expressionOf(pattern).test(path);

function expressionOf(pattern: string): RegExp {
  let source = '';
  for (let at = 0; at < pattern.length; at++) {
    const rest = pattern.slice(at);
    const [set, no = '', among = ''] = /^\[(\^?)((?:\\.|[^\]\\])+)\]/.exec(rest) ?? [];
    if (rest.startsWith('**/')) {
      source += '(?:.*/)?';
      at += 2;
    } else if (rest.startsWith('**')) {
      source += '.*';
      at++;
    } else if (rest.startsWith('*')) source += '[^/]*';
    else if (rest.startsWith('?')) source += '[^/]';
    else if (set !== undefined) {
      source += `(?!/)[${no}${among.replaceAll(/[[&~|]/g, String.raw`\$&`)}]`;
      at += set.length - 1;
    } else if (rest.startsWith('\\') && rest.length > 1) {
      source += literal(rest[1] ?? '');
      at++;
    } else source += literal(rest[0] ?? '');
  }
  return new RegExp(`^${source}$`, 's');
}

const literal = (char: string): string => char.replace(/[\\^$.*+?()[\]{}|/-]/, String.raw`\$&`);
