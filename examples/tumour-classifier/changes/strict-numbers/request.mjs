/** A request the caller has to change; the text says what was expected. */
export class BadRequest extends Error {}

/** Digits in groups, as laboratory spreadsheets write them: "1 326.5" as well as "985.3". */
const number = /^(?<sign>-?)(?<whole>\d{1,3}(?: \d{3})*)(?<fraction>\.\d+)?$/;

function parseNumber(text) {
  const { sign, whole, fraction = '' } = number.exec(text.trim()).groups;
  return Number(sign + whole.replaceAll(' ', '') + fraction);
}

function checked(cells, columns, where) {
  if (cells.length !== columns.length) throw new BadRequest(`${where} has ${cells.length} values, expected ${columns.length}`);
  return cells.map(parseNumber);
}

/** One row a line; a first line of the column names is skipped. */
export function parseCsv(text, columns) {
  const lines = text.trim().split(/\r?\n/);
  const header = lines[0] === columns.join(',') ? 1 : 0;
  const rows = lines.slice(header).map((line, index) => checked(line.split(','), columns, `Line ${index + header + 1}`));
  if (rows.length === 0) throw new BadRequest('There is no row');
  return rows;
}

/** `{"instances": [[…], …]}`. */
export function parseJson(text, columns) {
  let body;
  try {
    body = JSON.parse(text);
  } catch (error) {
    throw new BadRequest(`The body is not JSON: ${error.message}`);
  }
  const instances = body?.instances;
  if (!Array.isArray(instances) || instances.length === 0 || !instances.every(Array.isArray)) {
    throw new BadRequest('Expected {"instances": [[…], …]} with at least one row');
  }
  return instances.map((row, index) => checked(row.map(String), columns, `instances[${index}]`));
}
