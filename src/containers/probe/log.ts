/** Keeps the last lines of a container's log. */
export function logTail(most = 200) {
  const lines: string[] = [];
  return {
    onLine(line: string): void {
      lines.push(line);
      if (lines.length > most) lines.shift();
    },
    lines: (): readonly string[] => [...lines],
  };
}
