import { readFileSync } from 'node:fs';

/** A row of a table of docs/containers.md. */
export interface Row {
  /** Its first cell, without the marks of code. */
  readonly key: string;
  /** Its cells by the heads of their columns. */
  readonly cells: Readonly<Record<string, string>>;
}

const cellsOf = (line: string): string[] =>
  line
    .replace(/^\||\|$/g, '')
    .split('|')
    .map((cell) => cell.trim());

/** The tables below the heading "The contract, row by row", by their own headings. */
export function contractTables(): ReadonlyMap<string, readonly Row[]> {
  const text = readFileSync(new URL('../../../docs/containers.md', import.meta.url), 'utf8');
  const [, whole = ''] = text.split('\n## The contract, row by row\n');
  const [contract = ''] = whole.split('\n## ');
  const tables = new Map<string, Row[]>();
  for (const part of contract.split('\n### ').slice(1)) {
    const [title = '', ...lines] = part.split('\n');
    const heading = title.replaceAll('`', '');
    const [head = '', , ...rows] = lines.filter((line) => line.startsWith('|'));
    const columns = cellsOf(head);
    tables.set(
      heading,
      rows.map((row) => {
        const cells = cellsOf(row);
        return {
          key: (cells[0] ?? '').replaceAll('`', ''),
          cells: Object.fromEntries(columns.map((column, index) => [column, cells[index] ?? ''])),
        };
      }),
    );
  }
  return tables;
}
