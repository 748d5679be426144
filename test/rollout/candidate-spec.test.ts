import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { parseSpec } from '../../src/cli/spec-file.ts';

const pushed = ['triggers:', '  - type: image-pushed', '    repository: models/churn'];
const rest = ['strategy:', '  type: all-at-once', '  bake: 5m'];
const serve = ['serve:', '  endpoint: churn', '  instanceType: ml.m5.large'];
const image = '111122223333.dkr.ecr.eu-west-1.amazonaws.com/other:v1';
/** `line:column: message` of every flaw in a delivery of these lines. */
function flawsOf(...lines: (string | readonly string[])[]): string[] {
  const read = parseSpec(['name: churn', ...lines.flat(), ...rest].join('\n'));
  return 'flaws' in read ? read.flaws.map(({ line, column, message }) => `${line}:${column}: ${message}`) : [];
}
const trigger = (type: string, ...more: string[]) => ['triggers:', `  - type: ${type}`, ...more.map((line) => `    ${line}`)];
const codecommit = trigger('source-pushed', 'repository: churn');
const uploaded = trigger('bundle-uploaded', 'bucket: sources', "key: '*.tar.gz'");
const zipped = trigger('bundle-uploaded', 'bucket: sources', "key: '*.zip'");
const announced = trigger('source-announced', 'repository: github.com/acme/churn');
const build = ['build: { repository: models/churn }'];
const train = (...lines: string[]) => ['train:', '  instanceType: ml.m5.large', '  channels: {}', ...lines.map((line) => `  ${line}`)];
const script = 'script: { entryPoint: train.py }';
const sklearn = "prebuilt: { framework: sklearn, version: '1.2-1' }";

describe('a delivery', () => {
  test.each<[string, (string | readonly string[])[]]>([
    ['builds what was pushed to CodeCommit', [codecommit, build, serve]],
    ['builds a bundle, trains with it and serves it', [zipped, build, train(), serve]],
    ['runs a pushed script in images of AWS’s', [announced, train(sklearn, script), serve, [`  ${sklearn}`]]],
    ['runs the script it names in the image that was pushed', [pushed, train('script: { entryPoint: t.py, source: s3://b/s.tar.gz }'), serve]],
    ['builds to train with, and serves with an image it names', [codecommit, build, train(), serve, [`  image: ${image}`]]],
    ['registers without a training', [pushed, serve, ['register: {}']]],
    ['takes what was approved, and brings nothing of its own', [trigger('model-approved', 'packageGroup: churn'), serve]],
  ])('that %s is fine', (_, lines) => expect(flawsOf(...lines)).toEqual([]));

  const unused = 'else the image that image-pushed brings is not used';
  test.each<[string, (string | readonly string[])[], string[]]>([
    [
      'does nothing with the source it is told of',
      [codecommit, serve],
      ['3:11: got "source-pushed"; expected a build, or train.script without a source: else there is nothing to do with what source-pushed brings'],
    ],
    [
      'builds bundles of a kind CodeBuild does not unpack',
      [uploaded, build, serve],
      ['5:10: got "*.tar.gz"; expected a key that ends in .zip: CodeBuild, which builds it, unpacks nothing else'],
    ],
    [
      'waits for an image and has a script to run that no image brings',
      [pushed, train(script), serve],
      ['3:11: got "image-pushed"; expected train.script.source: image-pushed brings an image, and no script to run'],
    ],
    [
      'uses other images than the one that is pushed',
      [pushed, serve, [`  image: ${image}`]],
      [`3:11: got "image-pushed"; expected train or serve without image and prebuilt: ${unused}`],
    ],
    [
      'uses other images than the one it builds',
      [codecommit, build, serve, [`  image: ${image}`]],
      ['5:8: expected train or serve without image and prebuilt: else the image that is built is not used'],
    ],
    [
      'brings a script and no image, neither to train with nor to serve',
      [uploaded, train(script), serve],
      [
        '7:3: missing field "image"; expected image or prebuilt: bundle-uploaded brings a script, and nothing builds an image',
        '11:3: missing field "image"; expected image or prebuilt: bundle-uploaded brings a script, and nothing builds an image',
      ],
    ],
    [
      'trains with a script of AWS’s image and serves with none',
      [uploaded, train(sklearn, script), serve],
      ['12:3: missing field "image"; expected image or prebuilt: bundle-uploaded brings a script, and nothing builds an image'],
    ],
    [
      'reads a script out of CodeCommit',
      [codecommit, train(sklearn, script), serve, [`  ${sklearn}`]],
      ['3:11: got "source-pushed"; expected train.script.source: source-pushed brings a commit, and the training toolkit reads from S3 alone'],
    ],
    [
      'wants one bundle as a .zip and as a .tar.gz',
      [zipped, build, train(script), serve],
      ['3:11: got "bundle-uploaded"; expected train.script.source: the build needs what bundle-uploaded brings as a .zip, the script as a .tar.gz'],
    ],
    [
      'trains anew where there is drift, and has nothing to train',
      [trigger('drift-found', 'monitoringSchedule: churn'), serve],
      ['3:11: got "drift-found"; expected train: drift-found trains anew, and there is nothing to train'],
    ],
    [
      'names an image in two ways',
      [trigger('model-approved', 'packageGroup: churn'), serve, [`  image: ${image}`, `  ${sklearn}`]],
      [`8:10: got "${image}"; expected either image or prebuilt`],
    ],
    [
      'brings a model and trains one',
      [pushed, train(), serve, ['  modelData: s3://b/m.tar.gz']],
      ['11:14: got "s3://b/m.tar.gz"; expected none: the model is the one that was trained'],
    ],
  ])('that %s is told so, where it is written', (_, lines, flaws) => expect(flawsOf(...lines)).toEqual(flaws));
});

describe('train', () => {
  const flaws = (section: object) =>
    flawsOf(
      pushed,
      serve,
      stringify({ train: { channels: {}, ...section } })
        .trimEnd()
        .split('\n'),
    );
  const one = { instanceType: 'ml.m5.large' };
  const groups = [{ name: 'gpus', instanceType: 'ml.p4d.24xlarge', instanceCount: 1 }];
  test.each<[object, string]>([
    [{}, '9:3: missing field "instanceType"; expected either instanceType or instanceGroups'],
    [{ ...one, instanceGroups: groups }, '10:17: got "ml.m5.large"; expected either instanceType or instanceGroups'],
    [{ ...one, maxRuntime: '2h', spot: { maxWait: '1h' } }, '13:14: got "1h"; expected no less than maxRuntime: it counts waiting and running'],
    [
      { ...one, image, prebuilt: { framework: 'sklearn', version: '1.2-1' }, script: { entryPoint: 't.py', source: 's3://b/s.tar.gz' } },
      `11:10: got "${image}"; expected either image or prebuilt`,
    ],
    [
      { ...one, prebuilt: { framework: 'sklearn', version: '1.2-1' } },
      '9:3: missing field "script"; expected a script: an image of AWS’s has no program of yours',
    ],
    [{ ...one, maxRuntime: '29d' }, '11:15: got "29d"; expected 28d or less'],
    [{ ...one, retries: 31 }, '11:12: got 31; expected at most 30'],
    [{ ...one, instanceCount: 0 }, '11:18: got 0; expected at least 1'],
    [{ ...one, spot: {} }, '11:9: missing field "maxWait"; expected a duration such as 90s, 6m, 1h30m or 7d'],
    [{ instanceGroups: [...groups, ...groups] }, '15:7: got "gpus"; expected each name once'],
    [
      { ...one, metrics: [{ name: 'auc', regex: 'auc=[0-9.]+' }] },
      '13:14: got "auc=[0-9.]+"; expected an expression with a group that captures the value, such as accuracy=([0-9.]+)',
    ],
    [
      { ...one, metrics: [{ name: 'auc', regex: 'auc=(?:[0-9.]+)' }] },
      '13:14: got "auc=(?:[0-9.]+)"; expected an expression with a group that captures the value, such as accuracy=([0-9.]+)',
    ],
    [
      { ...one, metrics: [{ name: 'val:auc', regex: 'auc=(.*)' }], accept: [{ metric: 'val:acu', min: 0.8 }] },
      '15:15: got "val:acu"; expected a name of train.metrics: an image of yours reports nothing else; nearest is "val:auc"',
    ],
    [
      { ...one, distribution: { type: 'parameterServer' } },
      '12:5: expected one this job can run: Cannot distribute the training by parameterServer: it spreads the work over hosts, and one takes part; ask for two instances or more, or train without it',
    ],
    [
      { instanceGroups: groups, distribution: { type: 'mpi', instanceGroups: ['gpu'] } },
      '15:5: expected one this job can run: Cannot distribute the training by mpi: there is no instance group "gpu"; known are gpus; nearest is gpus',
    ],
    [
      { ...one, hyperparameters: { note: 'x'.repeat(2501), lines: 'a\nb' } },
      expect.stringMatching(/expected what SageMaker takes: .*"note" has 2501 characters; SageMaker takes 2500; "lines" has a line break/),
    ],
    [
      { ...one, script: { entryPoint: 't.py', source: 's3://b/s.tar.gz' }, hyperparameters: { sagemaker_program: 'x' } },
      expect.stringContaining('"sagemaker_program" is written by Sluice; leave it out'),
    ],
    [
      { ...one, roleArn: 'arn:aws:iam::111122223333:role/admin' },
      '11:12: got "arn:aws:iam::111122223333:role/admin"; expected the ARN of a role named sluice-model-…: only such a one may Sluice hand on',
    ],
  ])('%j: %s', (section, flaw) => expect(flaws(section)).toEqual([flaw]));

  test.each<[string, object, string]>([
    ['a group nobody named', { uri: 's3://b/t/', instanceGroups: ['cpus'] }, 'expected names of train.instanceGroups; there is no "cpus"'],
    [
      'files that SageMaker does not unpack',
      { uri: 's3://b/t/', compression: 'gzip' },
      'expected none: SageMaker unpacks files for inputMode Pipe alone',
    ],
  ])('a channel names %s', (_, channel, message) => {
    expect(flaws({ instanceGroups: groups, channels: { train: channel } })).toEqual([expect.stringContaining(message)]);
  });
  test.each<[string, object]>([
    ['a value', { LEVEL: 'x'.repeat(513) }],
    ['a name', { [`L${'x'.repeat(512)}`]: 'x' }],
  ])('an environment has %s of 512 characters or less: SageMaker takes no more where it trains', (_, environment) => {
    expect(flaws({ ...one, environment })).toEqual([expect.stringMatching(/512/)]);
  });
  test('an environment has 100 variables or fewer', () => {
    const environment = Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`V${index}`, 'x']));
    expect(flaws({ ...one, environment })).toEqual([expect.stringContaining('expected 100 or fewer')]);
  });
  test.each(['accuracy=([0-9.]+)', '(?<value>[0-9.]+) %', String.raw`loss \(train\): ([0-9.]+)`, '(?P<value>[0-9.]+)', '(?i)auc: ([0-9.]+)'])(
    'a metric may be read by %s, whichever engine knows it',
    (regex) => expect(flaws({ ...one, metrics: [{ name: 'auc', regex }] })).toEqual([]),
  );
  test('an image that is named may report figures of its own', () =>
    expect(flaws({ ...one, image, accept: [{ metric: 'validation:auc', min: 0.8 }] })).toEqual([]));
  test.each(['.', '..', 'a/b', ''])('no channel is called "%s": a folder is named for it', (name) =>
    expect(flaws({ ...one, channels: { [name]: { uri: 's3://b/t/' } } })).toHaveLength(1),
  );
  test('takes no more than 20 channels', () => {
    const channels = Object.fromEntries(Array.from({ length: 21 }, (_, index) => [`c${index}`, { uri: 's3://b/t/' }]));
    expect(flaws({ ...one, channels })).toEqual([expect.stringContaining('expected 20 or fewer')]);
  });
});

describe('build, image and register', () => {
  test.each<[string, string]>([
    ['build: { repository: Models/Churn }', '8:22: got "Models/Churn"; expected the name of an ECR repository, such as models/churn'],
    ['build: { repository: m, context: ../x }', '8:34: got "../x"; expected a path within the source'],
    ['build: { repository: m, context: a/.. }', '8:34: got "a/.."; expected a path within the source'],
    ['build: { repository: m, dockerfile: a/../../b }', '8:37: got "a/../../b"; expected a path within the source'],
    ['build: { repository: m, dockerfile: /etc/Dockerfile }', '8:37: got "/etc/Dockerfile"; expected a path within the source'],
    ['build: { repository: m, timeout: 1m }', '8:34: got "1m"; expected 5m to 8h'],
    ["build: { repository: m, arguments: { MODE: 'two words' } }", '8:44: got "two words"; expected up to 256 characters without blanks'],
    ['image: { signature: { within: 25h } }', '8:31: got "25h"; expected 24h or less'],
    ['image: { scan: { severity: high } }', '8:28: got "high"; expected LOW, MEDIUM, HIGH or CRITICAL; did you mean "HIGH"?'],
    ['register: { expires: 31d }', '8:22: got "31d"; expected 1m to 30d'],
    ['register: { contentTypes: [] }', '8:27: expected at least 1 entry'],
  ])('%s', (line, flaw) => expect(flawsOf(pushed, serve, [line])).toEqual([flaw]));
});
