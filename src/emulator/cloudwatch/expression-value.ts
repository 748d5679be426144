import { notEmulated } from '../aws-error.ts';
import { type BinaryOperator, type Expression, ExpressionError } from './expression.ts';

/** A time series: epoch milliseconds to value. */
export interface TimeSeries {
  readonly id: string;
  readonly label: string;
  readonly points: ReadonlyMap<number, number>;
}

/** What metric math computes with. A scalar without a value, such as the sum of no datapoints, is NaN and yields no datapoint. */
export type Value = number | TimeSeries | readonly (number | TimeSeries)[];

export interface Environment {
  /** The value of another query. @throws ExpressionError when there is no such id */
  readonly named: (id: string) => Value;
  /** Every metric (not expression) of the request. */
  readonly metrics: () => readonly TimeSeries[];
  /** The starts of every period asked for, oldest first: what FILL fills. */
  readonly moments: readonly number[];
}

const isList = (value: Value): value is readonly (number | TimeSeries)[] => Array.isArray(value);
const isSeries = (value: Value): value is TimeSeries => typeof value !== 'number' && !isList(value);

const unnamed = { id: '', label: '' };
const truth = (held: boolean) => (held ? 1 : 0);

const compute: Record<BinaryOperator, (a: number, b: number) => number> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '<': (a, b) => truth(a < b),
  '<=': (a, b) => truth(a <= b),
  '>': (a, b) => truth(a > b),
  '>=': (a, b) => truth(a >= b),
  '==': (a, b) => truth(a === b),
  '!=': (a, b) => truth(a !== b),
  AND: (a, b) => truth(a !== 0 && b !== 0),
  OR: (a, b) => truth(a !== 0 || b !== 0),
};

/** A series of what `at` finds at each moment; a moment without a finite number has no datapoint. */
function series(moments: Iterable<number>, at: (moment: number) => number | undefined, named: { id: string; label: string } = unnamed): TimeSeries {
  const points = new Map<number, number>();
  for (const moment of moments) {
    const value = at(moment);
    if (value !== undefined && Number.isFinite(value)) points.set(moment, value);
  }
  return { ...named, points };
}

function combine(operator: BinaryOperator, left: Value, right: Value): Value {
  const f = compute[operator];
  if (isList(left)) return left.map((item) => one(combine(operator, item, right)));
  if (isList(right)) return right.map((item) => one(combine(operator, left, item)));
  if (isSeries(left)) {
    const { points } = left;
    return series(
      points.keys(),
      (moment) => {
        const a = points.get(moment);
        const b = isSeries(right) ? right.points.get(moment) : right;
        return a === undefined || b === undefined ? undefined : f(a, b);
      },
      left,
    );
  }
  if (isSeries(right)) {
    const { points } = right;
    return series(
      points.keys(),
      (moment) => {
        const b = points.get(moment);
        return b === undefined ? undefined : f(left, b);
      },
      right,
    );
  }
  return Number.isNaN(left) || Number.isNaN(right) ? Number.NaN : f(left, right);
}

function one(value: Value): number | TimeSeries {
  if (isList(value)) throw new ExpressionError('A list of lists is not supported');
  return value;
}

const aggregates: Record<string, (values: readonly number[]) => number> = {
  SUM: (values) => values.reduce((sum, value) => sum + value, 0),
  AVG: (values) => values.reduce((sum, value) => sum + value, 0) / values.length,
  MIN: (values) => Math.min(...values),
  MAX: (values) => Math.max(...values),
};

/** Over one series: a scalar over its datapoints. Over a list: a series, moment by moment, over what has a value there. */
function aggregate(f: (values: readonly number[]) => number, value: Value): Value {
  const scalar = (values: readonly number[]) => (values.length === 0 || values.some(Number.isNaN) ? Number.NaN : f(values));
  if (!isList(value)) return scalar(isSeries(value) ? [...value.points.values()] : [value]);
  const parts = value.filter(isSeries);
  if (parts.length === 0) return scalar(value.filter((item) => typeof item === 'number'));
  const moments = [...new Set(parts.flatMap((part) => [...part.points.keys()]))].sort((a, b) => a - b);
  return series(moments, (moment) => {
    const values = value.map((item) => (isSeries(item) ? item.points.get(moment) : item)).filter((item) => item !== undefined);
    return scalar(values);
  });
}

function fill(value: Value, filler: Expression | undefined, environment: Environment): Value {
  if (isList(value)) return value.map((item) => one(fill(item, filler, environment)));
  if (!isSeries(value)) throw new ExpressionError('FILL needs a time series as its first parameter');
  if (!filler) throw new ExpressionError('FILL needs 2 parameters');
  if (filler.kind === 'name' && filler.name === 'LINEAR') throw notEmulated('LINEAR in the metric math function FILL');
  let last: number | undefined;
  const repeats = filler.kind === 'name' && filler.name === 'REPEAT';
  const other = repeats ? undefined : one(evaluateExpression(filler, environment));
  return series(
    environment.moments,
    (moment) => {
      const value_ = value.points.get(moment);
      if (value_ !== undefined) last = value_;
      if (value_ !== undefined || repeats) return last;
      return other !== undefined && isSeries(other) ? other.points.get(moment) : other;
    },
    value,
  );
}

function choose(parameters: readonly Value[]): Value {
  const [condition, then, otherwise] = parameters;
  if (condition === undefined || then === undefined || parameters.length > 3) throw new ExpressionError('IF needs 2 or 3 parameters');
  const [c, a, b] = [one(condition), one(then), otherwise === undefined ? undefined : one(otherwise)];
  const at = (value: number | TimeSeries | undefined, moment: number) =>
    value === undefined || typeof value === 'number' ? value : value.points.get(moment);
  if (isSeries(c)) return series(c.points.keys(), (moment) => at(c.points.get(moment) === 0 ? b : a, moment));
  if (Number.isNaN(c)) return c;
  return (c === 0 ? b : a) ?? { ...unnamed, points: new Map() };
}

/** Functions AWS has and this doesn't. */
const otherFunctions = [
  'ABS',
  'ANOMALY_DETECTION_BAND',
  'CEIL',
  'DATAPOINT_COUNT',
  'DAY',
  'DATE',
  'DB_PERF_INSIGHTS',
  'DIFF',
  'DIFF_TIME',
  'EPOCH',
  'FIRST',
  'FLOOR',
  'HOUR',
  'INSIGHT_RULE_METRIC',
  'LAMBDA',
  'LAST',
  'LOG',
  'LOG10',
  'METRIC_COUNT',
  'MINUTE',
  'MONTH',
  'PERIOD',
  'RATE',
  'REMOVE_EMPTY',
  'RUNNING_SUM',
  'SEARCH',
  'SERVICE_QUOTA',
  'SLICE',
  'SORT',
  'STDDEV',
  'TIME_SERIES',
  'YEAR',
];

function call(name: string, parameters: readonly Expression[], environment: Environment): Value {
  const value = (parameter: Expression | undefined): Value => {
    if (!parameter) throw new ExpressionError(`The function ${name} lacks a parameter`);
    return evaluateExpression(parameter, environment);
  };
  const f = aggregates[name];
  if (f) {
    // SUM(m1, m2) is not a form AWS knows: a list has brackets.
    if (parameters.length !== 1) throw new ExpressionError(`The function ${name} needs 1 parameter`);
    return aggregate(f, value(parameters[0]));
  }
  switch (name) {
    case 'METRICS': {
      const [wanted] = parameters;
      if (wanted && wanted.kind !== 'text') throw new ExpressionError('METRICS takes a text');
      return environment.metrics().filter((metric) => wanted === undefined || metric.id.includes(wanted.value));
    }
    case 'FILL':
      return fill(value(parameters[0]), parameters[1], environment);
    case 'IF':
      return choose(parameters.map(value));
  }
  if (otherFunctions.includes(name)) throw notEmulated(`the metric math function ${name}`);
  throw new ExpressionError(`Unknown function '${name}'`);
}

/** @throws ExpressionError where the expression has no meaning; AwsError `NotEmulated` for functions left out */
export function evaluateExpression(expression: Expression, environment: Environment): Value {
  switch (expression.kind) {
    case 'number':
      return expression.value;
    case 'text':
      throw new ExpressionError(`Unexpected text "${expression.value}"`);
    case 'name':
      return environment.named(expression.name);
    case 'list':
      return expression.items.flatMap((item) => evaluateExpression(item, environment));
    case 'call':
      return call(expression.name, expression.parameters, environment);
    case 'negative':
      return combine('*', evaluateExpression(expression.of, environment), -1);
    case 'binary':
      return combine(expression.operator, evaluateExpression(expression.left, environment), evaluateExpression(expression.right, environment));
  }
}
