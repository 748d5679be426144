/** Plots as SVG, made of text alone: no script, no font, nothing that is loaded. */

const width = 640;
const height = 220;
const left = 52;
const right = 12;
const top = 10;
const bottom = 34;

type Point = readonly [number, number];

export const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

const short = (value: number): string => String(Number(value.toFixed(1)));

/** About five round values from 0 to a maximum; at least two. */
export function ticksTo(max: number): readonly number[] {
  if (!(max > 0)) return [0, 1];
  const raw = max / 4;
  const size = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * size).find((candidate) => candidate >= raw) ?? raw;
  return Array.from({ length: Math.ceil(max / step - 1e-9) + 1 }, (_, index) => Number((index * step).toPrecision(12)));
}

interface Axes {
  readonly xMax: number;
  readonly yMax: number;
  readonly xTitle: string;
  readonly yTitle: string;
}

/** Axes from 0, with what is drawn on them. */
function plot(
  { xMax, yMax, xTitle, yTitle }: Axes,
  label: string,
  draw: (x: (value: number) => number, y: (value: number) => number) => string,
): string {
  const xTicks = ticksTo(xMax);
  const yTicks = ticksTo(yMax);
  const xEnd = xTicks.at(-1) ?? 1;
  const yEnd = yTicks.at(-1) ?? 1;
  const x = (value: number) => left + (value / xEnd) * (width - left - right);
  const y = (value: number) => height - bottom - (value / yEnd) * (height - top - bottom);
  const grid = [
    ...yTicks.map(
      (tick) =>
        `<line x1="${left}" x2="${width - right}" y1="${short(y(tick))}" y2="${short(y(tick))}" class="grid"/><text x="${left - 6}" y="${short(y(tick) + 4)}" text-anchor="end">${tick}</text>`,
    ),
    ...xTicks.map((tick) => `<text x="${short(x(tick))}" y="${height - bottom + 15}" text-anchor="middle">${tick}</text>`),
  ].join('');
  const titles = `<text x="${(left + width - right) / 2}" y="${height - 4}" text-anchor="middle">${escaped(xTitle)}</text><text x="12" y="${(height - bottom) / 2}" text-anchor="middle" transform="rotate(-90 12 ${(height - bottom) / 2})">${escaped(yTitle)}</text>`;
  return `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(label)}">${grid}${draw(x, y)}${titles}</svg>`;
}

/** Steps: a value holds until the next point. */
function stairs(points: readonly Point[], x: (value: number) => number, y: (value: number) => number): string {
  return points.map(([at, value], index) => (index === 0 ? `M${short(x(at))} ${short(y(value))}` : `H${short(x(at))}V${short(y(value))}`)).join('');
}

/** A line in steps within a band of steps; x in minutes. */
export function bandPlot(
  label: string,
  points: readonly { readonly x: number; readonly low: number; readonly middle: number; readonly high: number }[],
  axes: Omit<Axes, 'xMax'>,
): string {
  return plot({ ...axes, xMax: points.at(-1)?.x ?? 1 }, label, (x, y) => {
    // Back along the lower edge: each value holds from its own point to the next one.
    const back = points
      .map(({ x: at, low }) => `V${short(y(low))}H${short(x(at))}`)
      .toReversed()
      .join('');
    const band = `${stairs(
      points.map(({ x: at, high }): Point => [at, high]),
      x,
      y,
    )}${back}Z`;
    return `<path d="${band}" class="band"/><path d="${stairs(
      points.map(({ x: at, middle }): Point => [at, middle]),
      x,
      y,
    )}" class="line"/>`;
  });
}

/** How many of the values are at most x, as a share: percent over the sorted values. */
export function sharePlot(label: string, sorted: readonly number[], xTitle: string): string {
  const xMax = Math.max(sorted.at(-1) ?? 1, 1e-9);
  return plot({ xMax, yMax: 100, xTitle, yTitle: '% of runs' }, label, (x, y) => {
    const seen = new Map<number, number>();
    for (const [index, value] of sorted.entries()) seen.set(Math.max(0, value), (100 * (index + 1)) / sorted.length);
    return `<path d="${stairs([[0, 0], ...seen, [xMax, 100]], x, y)}" class="line"/>`;
  });
}

/** One bar of parts that add up to 1, each with its word. */
export function shareBar(label: string, parts: readonly { readonly word: string; readonly share: number; readonly kind: string }[]): string {
  let at = 0;
  const rects = parts.map(({ word, share, kind }) => {
    const from = at;
    at += share * width;
    return `<rect x="${short(from)}" y="0" width="${short(share * width)}" height="18" class="${escaped(kind)}"><title>${escaped(word)} ${(100 * share).toFixed(1)} %</title></rect>`;
  });
  return `<svg viewBox="0 0 ${width} 18" role="img" aria-label="${escaped(label)}" class="bar">${rects.join('')}</svg>`;
}
