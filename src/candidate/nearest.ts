/** The known word nearest to `word`, if one is near enough to be meant: at most a third of its letters differ, or one begins the other. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const begins = known.filter(
    (candidate) => candidate.length >= 3 && word.length >= 3 && (startsWith(word, candidate) || startsWith(candidate, word)),
  );
  let best: string | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const candidate of known) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    // Two that are as near are no help.
    if (distance === least) best = undefined;
    if (distance < least) {
      least = distance;
      best = candidate;
    }
  }
  if (best !== undefined && least <= Math.max(Math.min(2, best.length - 2), Math.floor(best.length / 3))) return best;
  return begins.length === 1 ? begins[0] : undefined;
}

const startsWith = (word: string, start: string) => word.toLowerCase().startsWith(start.toLowerCase());

/** Insertions, deletions and replacements between two words (Levenshtein). */
function editDistance(a: string, b: string): number {
  let before = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i++) {
    const now = [i];
    for (let j = 1; j <= b.length; j++) {
      const replace = (before[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      now.push(Math.min(replace, (before[j] ?? 0) + 1, (now[j - 1] ?? 0) + 1));
    }
    before = now;
  }
  return before[b.length] ?? 0;
}
