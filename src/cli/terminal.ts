import { styleText } from 'node:util';

/** Colours only where a person looks. */
const colours = process.stdout.isTTY && process.env['NO_COLOR'] === undefined;
type Style = Parameters<typeof styleText>[0];
export const styled = (style: Style, text: string): string => (colours ? styleText(style, text) : text);

/** A table with columns as wide as their longest cell. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return [styled('bold', line(header)), ...rows.map(line)].join('\n');
}

export type Output = 'text' | 'json';

/** Prints JSON, one object a line, or text. */
export function print(output: Output, json: unknown, text: () => string): void {
  process.stdout.write(`${output === 'json' ? JSON.stringify(json) : text()}\n`);
}
