import {
  BatchGetBuildsCommand,
  BatchGetProjectsCommand,
  CodeBuildClient,
  CreateProjectCommand,
  type CreateProjectCommandInput,
  DeleteProjectCommand,
  ListBuildsForProjectCommand,
  ListProjectsCommand,
  StopBuildCommand,
  UpdateProjectCommand,
} from '@aws-sdk/client-codebuild';
import { strToU8 } from 'fflate';
import { describe, expect, it } from 'vitest';
import { rejection } from '../front-fixture.ts';
import { noon, region } from '../running.ts';
import { buildspec, bundle, projectInput, repositoryName, roleArn, tagged, world } from './world.ts';

const arn = 'arn:aws:codebuild:eu-west-1:000000000000:project/fraud-score-image';
const { name } = projectInput;

describe('projects', () => {
  it('are made once, described with CodeBuild’s defaults, changed and removed', async () => {
    const { client, clock } = await world({ project: { tags: [{ key: 'team', value: 'risk' }] } });
    const again = await rejection(client.send(new CreateProjectCommand(projectInput)));
    expect([again.name, again.message]).toEqual(['ResourceAlreadyExistsException', `Project already exists: ${arn}`]);

    const described = await client.send(new BatchGetProjectsCommand({ names: [name, 'none'] }));
    expect(described.projectsNotFound).toEqual(['none']);
    expect(described.projects).toEqual([
      expect.objectContaining({
        ...projectInput,
        arn,
        created: new Date(noon),
        timeoutInMinutes: 60,
        queuedTimeoutInMinutes: 480,
        cache: { type: 'NO_CACHE' },
        tags: [{ key: 'team', value: 'risk' }],
      }),
    ]);

    await clock.advance(1000);
    const { project } = await client.send(new UpdateProjectCommand({ name, timeoutInMinutes: 20 }));
    expect(project).toMatchObject({
      timeoutInMinutes: 20,
      source: projectInput.source,
      created: new Date(noon),
      lastModified: new Date(noon + 1000),
    });
    await client.send(new CreateProjectCommand({ ...projectInput, name: 'another' }));
    expect((await client.send(new ListProjectsCommand({ sortOrder: 'DESCENDING' }))).projects).toEqual([name, 'another']);
    for (const _ of ['there', 'gone']) await client.send(new DeleteProjectCommand({ name }));
    expect((await client.send(new ListProjectsCommand({}))).projects).toEqual(['another']);
    const gone = await rejection(client.send(new UpdateProjectCommand({ name, timeoutInMinutes: 20 })));
    expect([gone.name, gone.message]).toEqual(['ResourceNotFoundException', `Project cannot be found: ${arn}`]);
  });

  it.each<[string, Partial<CreateProjectCommandInput>, string, string]>([
    ['a source elsewhere', { source: { type: 'GITHUB', location: 'https://example.com/x.git' } }, 'NotEmulated', 'sources of type GITHUB'],
    ['a source that is no place', { source: { type: 'S3', location: 'bucket' } }, 'InvalidInputException', 'must be a valid S3 source'],
    ['artifacts', { artifacts: { type: 'S3', location: 'bucket' } }, 'NotEmulated', 'artifacts of type S3'],
    ['a network', { vpcConfig: { vpcId: 'vpc-1' } }, 'NotEmulated', 'the setting vpcConfig'],
    [
      'secrets',
      { environment: { ...projectInput.environment, environmentVariables: [{ name: 'KEY', value: 'x', type: 'SECRETS_MANAGER' }] } },
      'NotEmulated',
      'environment variables of type SECRETS_MANAGER ("KEY")',
    ],
    [
      'Windows',
      { environment: { ...projectInput.environment, type: 'WINDOWS_SERVER_2019_CONTAINER' } },
      'NotEmulated',
      'WINDOWS_SERVER_2019_CONTAINER',
    ],
    ['a time CodeBuild does not give', { timeoutInMinutes: 3 }, 'InvalidInputException', 'greater than or equal to 5'],
    [
      'a role of nobody',
      { serviceRole: `${roleArn}-2` },
      'InvalidInputException',
      `CodeBuild is not authorized to perform: sts:AssumeRole on ${roleArn}-2`,
    ],
  ])('with %s are refused', async (_, settings, code, text) => {
    const { client } = await world();
    const error = await rejection(client.send(new CreateProjectCommand({ ...projectInput, name: 'other', ...settings })));
    expect(error.name).toBe(code);
    expect(error.message).toContain(text);
  });

  it('are started, read and stopped only by who may, each by its project', async () => {
    const w = await world();
    const caller = 'arn:aws:iam::000000000000:role/controller';
    const allow = (Action: string | string[], Resource: string, more: object = {}) => ({ Effect: 'Allow', Action, Resource, ...more });
    w.aws.identities.createRole({
      arn: caller,
      trust: { Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }] },
      policies: [
        {
          Version: '2012-10-17',
          Statement: [
            allow(['codebuild:StartBuild', 'codebuild:BatchGetBuilds'], arn),
            allow('codebuild:CreateProject', '*'),
            allow('iam:PassRole', roleArn, { Condition: { StringEquals: { 'iam:PassedToService': 'lambda.amazonaws.com' } } }),
          ],
        },
      ],
    });
    const client = new CodeBuildClient({
      region,
      maxAttempts: 1,
      requestHandler: w.aws.requestHandler,
      credentials: w.aws.identities.accessKeyFor(caller),
    });
    const { build } = await w.aws.kernel.cloud
      .call('codebuild', 'StartBuild', { projectName: name }, w.aws.identities.assume(caller))
      .then((answer) => answer as { build: { id: string; initiator: string } });
    expect(build.initiator).toBe('controller/local');
    expect((await client.send(new BatchGetBuildsCommand({ ids: [build.id] }))).builds).toHaveLength(1);
    expect((await rejection(client.send(new StopBuildCommand({ id: build.id })))).message).toContain(`codebuild:StopBuild on resource: ${arn}`);
    const passed = await rejection(client.send(new CreateProjectCommand({ ...projectInput, name: 'other' })));
    expect(passed.message).toContain(`iam:PassRole on resource: ${roleArn}`);
  });
});

describe('StartBuild', () => {
  it('starts one build a token for five minutes, and refuses the token for anything else', async () => {
    const { client, clock, start } = await world();
    const first = await start({ idempotencyToken: 'delivery-1' });
    expect((await start({ idempotencyToken: 'delivery-1' })).id).toBe(first.id);
    const error = await rejection(start({ idempotencyToken: 'delivery-1', environmentVariablesOverride: [tagged('2')] }));
    expect(error.name).toBe('InvalidInputException');
    await clock.advance(5 * 60_000);
    const later = await start({ idempotencyToken: 'delivery-1', environmentVariablesOverride: [tagged('2')] });
    expect(later.buildNumber).toBe(2);
    expect((await client.send(new ListBuildsForProjectCommand({ projectName: name }))).ids).toEqual([later.id, first.id]);
    expect((await client.send(new ListBuildsForProjectCommand({ projectName: name, sortOrder: 'ASCENDING' }))).ids).toEqual([first.id, later.id]);
  });

  it('refuses by name a buildspec that keeps another contract, given or the project’s own', async () => {
    const { start } = await world({ project: { source: { ...projectInput.source, buildspec: 'version: 0.2\nphases: {}\n' } } });
    const own = await rejection(start());
    expect(own.name).toBe('NotEmulated');
    expect(own.message).toContain('BUILD_CONTRACT is not "docker-image/1" (this one has none)');
    const other = buildspec.replace('docker-image/1', 'docker-image/9');
    expect((await rejection(start({ buildspecOverride: other }))).message).toContain('(this one has "docker-image/9")');
    expect((await start({ buildspecOverride: buildspec })).buildStatus).toBe('IN_PROGRESS');
  });

  it.each<[string, string, RegExp | undefined]>([
    ['in the source', buildspec, undefined],
    ['nowhere', '', /^YAML file does not exist: ci\/build\.yml$/],
    ['of another contract', 'version: 0.2\n', /^The embedded AWS does not emulate buildspecs whose env\.variables\.BUILD_CONTRACT/],
    ['of another version', 'version: 0.1\n', /^Cannot read the buildspec "ci\/build\.yml": version is 0\.1, expected 0\.2$/],
    ['that is no YAML', 'a: [', /^Cannot read the buildspec "ci\/build\.yml": /],
  ])('reads a buildspec %s', async (_, text, failure) => {
    const { built } = await world({
      source: bundle(text === '' ? {} : { 'ci/build.yml': text }),
      project: { source: { ...projectInput.source, buildspec: 'ci/build.yml' } },
    });
    const build = await built();
    const failed = build.phases?.find(({ phaseStatus }) => phaseStatus === 'FAILED');
    if (failure === undefined) return expect(build.buildStatus).toBe('SUCCEEDED');
    expect([failed?.phaseType, failed?.contexts?.[0]?.statusCode]).toEqual(['DOWNLOAD_SOURCE', 'YAML_FILE_ERROR']);
    expect(failed?.contexts?.[0]?.message).toMatch(failure);
  });

  it('reads the objects below a folder as well, whose programs are not executable', async () => {
    const { put, built, aws } = await world({
      statements: [{ Action: ['s3:GetObject', 's3:ListBucket', 'ecr:*', 'logs:*'], Resource: '*' }],
    });
    for (const [path, text] of Object.entries({ Dockerfile: 'FROM python:3.13-slim\nCOPY app.py /app.py\n', 'app.py': 'pass' })) {
      await put(`folder/${path}`, strToU8(text));
    }
    const build = await built({ sourceLocationOverride: 'sources/folder/' });
    expect(build.buildStatus).toBe('SUCCEEDED');
    const lines = aws.services.logs.lines('/aws/codebuild/fraud-score-image').map(({ message }) => message);
    expect(lines).toContainEqual(expect.stringMatching(/^warning: Dockerfile:1: no executable "train".*CC-10/));
  });

  it.each(['folder//etc/passwd', 'folder/../passwd'])('takes no object that would lie outside: %s', async (key) => {
    const { put, built } = await world({ statements: [{ Action: ['s3:GetObject', 's3:ListBucket', 'logs:*'], Resource: '*' }] });
    await put(key, strToU8('x'));
    const build = await built({ sourceLocationOverride: 'sources/folder/' });
    const failed = build.phases?.find(({ phaseStatus }) => phaseStatus === 'FAILED');
    expect(failed?.contexts?.[0]?.message).toMatch(/^the key "folder\/.*" leaves the folder/);
  });

  it('keeps to the project’s limit of builds at once, and refuses overrides nobody carries out', async () => {
    const { start, clock } = await world({ project: { concurrentBuildLimit: 1 } });
    await start();
    expect((await rejection(start())).name).toBe('AccountLimitExceededException');
    await clock.advance(3_600_000);
    await start({ environmentVariablesOverride: [tagged('2'), { name: 'IMAGE_REPOSITORY', value: repositoryName }] });
    const error = await rejection(start({ computeTypeOverride: 'BUILD_GENERAL1_LARGE' }));
    expect([error.name, error.message]).toEqual(['NotEmulated', expect.stringContaining('the override computeTypeOverride of StartBuild')]);
  });
});

describe('builds', () => {
  it('are read by id or ARN; those that never were are named', async () => {
    const { client, start } = await world();
    const { id = '', arn: buildArn = '' } = await start();
    const { builds, buildsNotFound } = await client.send(new BatchGetBuildsCommand({ ids: [id, buildArn, `${name}:none`] }));
    expect(builds?.map((build) => build.id)).toEqual([id, id]);
    expect(buildsNotFound).toEqual([`${name}:none`]);
    expect((await rejection(client.send(new StopBuildCommand({ id: `${name}:none` })))).name).toBe('ResourceNotFoundException');
  });
});
