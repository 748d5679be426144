/** A request the caller has to change; the text says what was expected. */
export class BadRequest extends Error {}

/** More would not be answered within SageMaker's 60 s, and would keep pings waiting. */
const mostRows = 10_000;

function checked(rows, width) {
  if (rows.length === 0 || rows.length > mostRows) throw new BadRequest(`Expected 1 to ${mostRows} rows, got ${rows.length}`);
  for (const [index, row] of rows.entries()) {
    if (row.length !== width || !row.every(Number.isFinite)) throw new BadRequest(`Row ${index + 1}: expected ${width} numbers`);
  }
  return rows;
}

function lines(text) {
  // Counted before they are taken apart: a large body would take its time.
  const found = text.trim().split('\n', mostRows + 1);
  if (found.length > mostRows) throw new BadRequest(`Expected at most ${mostRows} rows`);
  return found;
}

/** How rows are read and predictions written, by media type. */
export const formats = {
  'text/csv': {
    read: (text, width) =>
      checked(
        lines(text).map((line) => line.split(',').map((value) => (value.trim() === '' ? Number.NaN : Number(value)))),
        width,
      ),
    write: (predictions) => `${predictions.join('\n')}\n`,
  },
  /** `{"instances": [[…], …]}` */
  'application/json': {
    read(text, width) {
      let body;
      try {
        body = JSON.parse(text);
      } catch (error) {
        throw new BadRequest(`The body is not JSON: ${error.message}`);
      }
      if (!Array.isArray(body?.instances) || !body.instances.every(Array.isArray)) throw new BadRequest('Expected {"instances": [[…], …]}');
      return checked(body.instances, width);
    },
    write: (predictions) => JSON.stringify({ predictions }),
  },
};
