import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod/mini';
import { writeHyperparameters } from '../../src/candidate/hyperparameters.ts';
import { HyperparameterValue, ScriptSpec } from '../../src/candidate/hyperparameters-spec.ts';

const script = {
  entryPoint: 'train.py',
  source: 's3://b/j/source/sourcedir.tar.gz',
  logLevel: 'info',
  jobName: 'job-1',
  region: 'eu-west-1',
} as const;

/** One value, written in YAML, as an image of one's own and as script mode would store it. */
function stored(yaml: string): readonly [plain: string | undefined, scripted: string | undefined] {
  const value = z.parse(HyperparameterValue, parse(yaml));
  return [writeHyperparameters({ value })['value'], writeHyperparameters({ value }, { script })['value']];
}

describe('writeHyperparameters()', () => {
  test.each([
    ['32', '32', '32'],
    ['0.001', '0.001', '0.001'],
    ['1e-3', '0.001', '0.001'],
    ['1e-7', '1e-7', '1e-7'],
    ['-0.0', '-0.0', '-0.0'],
    ['9007199254740991', '9007199254740991', '9007199254740991'],
    ['true', 'true', 'true'],
    ['adam', 'adam', '"adam"'],
    ['two words', 'two words', '"two words"'],
    ['é', 'é', '"é"'],
    // In quotes a spelling is kept: script mode's quotes come off again in the container.
    ["'1.0'", '1.0', '"1.0"'],
    ["'1e-05'", '1e-05', '"1e-05"'],
    ["'123456789012345678901234567890'", '123456789012345678901234567890', '"123456789012345678901234567890"'],
    ["'null'", 'null', '"null"'],
    ["''", '', '""'],
    ['[1, a, -0.0, null]', '[1,"a",-0.0,null]', '[1,"a",-0.0,null]'],
    ['{ b: 1, a: [true] }', '{"b":1,"a":[true]}', '{"b":1,"a":[true]}'],
    ['{ "say \\"hi\\"": x }', '{"say \\"hi\\"":"x"}', '{"say \\"hi\\"":"x"}'],
  ])('writes %s as %s, and in script mode as %s', (yaml, plain, scripted) => expect(stored(yaml)).toEqual([plain, scripted]));

  test('adds what the training toolkit reads before it starts the script', () =>
    expect(writeHyperparameters({ epochs: 3 }, { script })).toEqual({
      epochs: '3',
      sagemaker_program: '"train.py"',
      sagemaker_submit_directory: '"s3://b/j/source/sourcedir.tar.gz"',
      sagemaker_container_log_level: '20',
      sagemaker_job_name: '"job-1"',
      sagemaker_region: '"eu-west-1"',
    }));

  test('adds what distributes the job, in script mode and without', () => {
    const distribution = { sagemaker_mpi_enabled: true, sagemaker_mpi_custom_mpi_options: '-x A=b' };
    expect(writeHyperparameters({}, { distribution })).toEqual({ sagemaker_mpi_enabled: 'true', sagemaker_mpi_custom_mpi_options: '-x A=b' });
    expect(writeHyperparameters({}, { script, distribution })).toMatchObject({
      sagemaker_mpi_enabled: 'true',
      sagemaker_mpi_custom_mpi_options: '"-x A=b"',
    });
  });

  test('escapes line breaks in JSON, where they are part of a text', () => {
    const text = 'a\nb\u2028c\u0085d';
    const [line = ''] = Object.values(writeHyperparameters({ text }, { script }));
    expect(line).toBe('"a\\nb\\u2028c\\u0085d"');
    expect(JSON.parse(line)).toBe(text);
    expect(() => writeHyperparameters({ text })).toThrow('"text" has a line break, which SageMaker takes in no value');
  });

  test('takes 100 entries, those it writes itself included', () => {
    const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`p${index}`, 1]));
    expect(Object.keys(writeHyperparameters(many(100)))).toHaveLength(100);
    expect(() => writeHyperparameters(many(101))).toThrow('there are 101; SageMaker takes 100');
    expect(() => writeHyperparameters(many(96), { script })).toThrow('there are 101, 5 of them written by Sluice; SageMaker takes 100');
  });

  test('takes names of 256 characters and values of 2500', () => {
    expect(writeHyperparameters({ ['n'.repeat(256)]: 'v'.repeat(2500) })).toEqual({ ['n'.repeat(256)]: 'v'.repeat(2500) });
    expect(() => writeHyperparameters({ ['n'.repeat(257)]: 1 })).toThrow('has a name of 257 characters; SageMaker takes 256');
    expect(() => writeHyperparameters({ text: 'v'.repeat(2501) })).toThrow('"text" has 2501 characters; SageMaker takes 2500');
    // The quotes count.
    expect(() => writeHyperparameters({ text: 'v'.repeat(2499) }, { script })).toThrow('"text" has 2501 characters; SageMaker takes 2500');
  });

  test.each([
    [[parse('9007199254740993')], 'is 9007199254740992, which may not be the number that was written'],
    [[Number.NaN], 'is NaN, which is no JSON; write it in quotes'],
    [{ deep: [{ er: Number.POSITIVE_INFINITY }] }, 'is Infinity, which is no JSON'],
    [[() => 1], 'is of type function; expected text, a number'],
  ])('refuses %j', (value, text) => expect(() => writeHyperparameters({ value })).toThrow(`"value" ${text}`));

  test('names every flaw at once, as a bad request', () => {
    const flawed = () => writeHyperparameters({ sagemaker_program: 'x.py', layers: [Number.NaN] }, { script });
    expect(flawed).toThrow('"sagemaker_program" is written by Sluice; leave it out; "layers"');
    expect(flawed).toThrow(expect.objectContaining({ name: 'BadRequest' }));
  });

  test('leaves every value as it was, for a reader of JSON', () => {
    const name = fc.string({ maxLength: 20 }).filter((text) => text !== 'sagemaker_program');
    const number = fc.oneof(
      fc.maxSafeInteger(),
      fc.double({ noNaN: true, noDefaultInfinity: true }).filter((x) => !Number.isInteger(x) || Number.isSafeInteger(x)),
    );
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof({ maxDepth: 3 }, fc.string({ unit: 'binary', maxLength: 20 }), number, fc.boolean(), tie('list'), tie('fields')),
      list: fc.array(tie('value'), { maxLength: 4 }),
      fields: fc.dictionary(fc.string({ maxLength: 8 }), tie('value'), { maxKeys: 4, noNullPrototype: true }),
    }));
    fc.assert(
      fc.property(fc.dictionary(name, value as fc.Arbitrary<HyperparameterValue>, { maxKeys: 8, noNullPrototype: true }), (values) => {
        const written = Object.entries(writeHyperparameters(values, { script })).filter(([key]) => Object.hasOwn(values, key));
        expect(Object.fromEntries(written.map(([key, text]) => [key, JSON.parse(text) as unknown]))).toEqual(values);
        // The API's pattern for a value.
        for (const [, text] of written) expect(text).toMatch(/^.*$/);
      }),
    );
  });
});

const flaws = (schema: z.ZodMiniType, value: unknown) =>
  z.safeParse(schema, value).error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? [];

describe('HyperparameterValue', () => {
  test.each([
    ['a number that lost digits', parse('12345678901234567890'), 'Expected a whole number of at most 9007199254740991, or a larger one in quotes'],
    ['nothing', null, 'Expected text, a number, true or false, a list, or names and values'],
  ])('refuses %s', (_what, value, message) => expect(flaws(HyperparameterValue, value)).toEqual([`: ${message}`]));
});

describe('ScriptSpec', () => {
  const source = 's3://{bucket}/churn/code/sourcedir.tar.gz';

  test('logs at info unless told otherwise', () =>
    expect(z.parse(ScriptSpec, { entryPoint: 'src/train.py', source })).toEqual({ entryPoint: 'src/train.py', source, logLevel: 'info' }));

  test.each([
    [{ entryPoint: '/opt/ml/code/train.py', source }, 'entryPoint: Expected a file of the archive, such as train.py: no path from the root, no ..'],
    [{ entryPoint: 'src/../../train.py', source }, 'entryPoint: Expected a file of the archive, such as train.py: no path from the root, no ..'],
    [{ entryPoint: 'train.py', source: 's3://b/code/' }, 'source: Expected s3://bucket/path/sourcedir.tar.gz'],
  ])('refuses %j', (value, message) => expect(flaws(ScriptSpec, value)).toEqual([message]));
});
