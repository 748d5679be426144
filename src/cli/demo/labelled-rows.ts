/** A row as a request has it, and what it really is. */
export interface LabelledRow {
  readonly body: string;
  readonly benign: boolean;
}

/** Rows of a CSV text with a header; the label, 1 for benign, is the last column and no part of the request. */
export function labelledRows(csv: string): LabelledRow[] {
  const [, ...lines] = csv.trim().split('\n');
  return lines.map((line) => {
    const end = line.lastIndexOf(',');
    return { body: line.slice(0, end), benign: line.slice(end + 1) === '1' };
  });
}
