import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { zipOf } from './lambda/cloud.ts';

/**
 * What osls 4.3.1 with serverless-esbuild and serverless-step-functions wrote for a small service: functions `hello` (rule, schedule,
 * topic, dead-letter queue, destination) and `api` (function URL), a machine started by a rule, a table, and a resource of most types.
 */
const template = readFileSync(new URL('./sample-template.json', import.meta.url), 'utf8');

/** Puts the table's name, the event and the time into the table the template names. */
export const helloSource = `
  import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
  const client = new DynamoDBClient({});
  export const handler = async (event: unknown) => {
    const at = new Date().toISOString();
    await client.send(new PutItemCommand({ TableName: process.env.TABLE, Item: { pk: { S: at }, event: { S: JSON.stringify(event) } } }));
    return { at };
  };`;
const apiSource = `
  export const handler = async (event: { requestContext: { authorizer: { iam: { userArn: string } } } }) =>
    ({ statusCode: 200, body: event.requestContext.authorizer.iam.userArn });`;

interface Resources {
  readonly Resources: Record<string, { Type: string; Properties?: { FunctionName?: { Ref: string }; CodeSha256?: string } }>;
}

/** Writes the sample as a package: template, the tool's notes, and a zip a function, of `sources` where given. */
export async function packagedSample(folder: string, sources: { hello?: string; api?: string } = {}): Promise<string> {
  const package_ = path.join(folder, '.serverless');
  mkdirSync(package_, { recursive: true });
  const parsed = JSON.parse(template) as Resources;
  for (const [name, source] of Object.entries({ hello: sources.hello ?? helloSource, api: sources.api ?? apiSource })) {
    const zip = await zipOf(source, { file: `functions/${name}.js` });
    writeFileSync(path.join(package_, `${name}.zip`), zip);
    const logicalId = `${name === 'hello' ? 'Hello' : 'Api'}LambdaFunction`;
    for (const { Type, Properties } of Object.values(parsed.Resources)) {
      // A version is of the very zip that was packaged.
      if (Type === 'AWS::Lambda::Version' && Properties?.FunctionName?.Ref === logicalId) {
        Properties.CodeSha256 = createHash('sha256').update(zip).digest('base64');
      }
    }
  }
  writeFileSync(path.join(package_, 'cloudformation-template-update-stack.json'), JSON.stringify(parsed));
  writeFileSync(path.join(package_, 'serverless-state.json'), JSON.stringify({ service: { service: 'sample', provider: { stage: 'dev' } } }));
  return folder;
}
