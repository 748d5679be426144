/** Whether `text` matches a glob in which `*` is any text and all else stands for itself. */
export function matchesGlob(glob: string, text: string): boolean {
  const [start = '', ...parts] = glob.split('*');
  const end = parts.pop();
  if (end === undefined) return text === glob;
  if (text.length < start.length + end.length || !text.startsWith(start) || !text.endsWith(end)) return false;
  // Each part in the middle where it first occurs: if the rest fits anywhere, it fits after that. (A regular expression would try every place.)
  let from = start.length;
  const to = text.length - end.length;
  for (const part of parts) {
    const found = text.indexOf(part, from);
    if (found === -1 || found + part.length > to) return false;
    from = found + part.length;
  }
  return true;
}
