import type { Chapter } from './chapters.ts';

/** A request, and what tells whether its answer is right. */
export interface LabelledRow {
  /** CSV, one row. */
  readonly body: string;
  /** As the example's data has it. */
  readonly label: string;
}

/** A model the story can be told with. Files go by the same names in every example's folder: examples.ts. */
export interface Example {
  /** Of its folder, its endpoint and its repository in `models/`. */
  readonly name: string;
  /** The namespace of the metric `Accuracy`; the example's alarms watch it. A namespace of one's own: AWS keeps `AWS/` for its services. */
  readonly metricNamespace: string;
  /** The chapters after the first, which only gets things ready. */
  readonly chapters: readonly Chapter[];
  /** Rows the models never saw, from the text of `data/held-out.csv`. */
  readonly rows: (csv: string) => readonly LabelledRow[];
  /** @param answer the body of the answer to one row, asked for as CSV */
  readonly isRight: (answer: string, label: string) => boolean;
}

/** Rows of CSV lines whose last column is the label, which is no part of the request. */
export const labelledRows = (lines: readonly string[]): LabelledRow[] =>
  lines.map((line) => {
    const end = line.lastIndexOf(',');
    return { body: line.slice(0, end), label: line.slice(end + 1) };
  });
