import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { zipSync } from 'fflate';
import type { World } from './world.ts';

/** Deploys a function of the user's, from a template of its own: its role may do nothing, and nobody else knows of it. @param code CommonJS with a `handler` */
export async function deployFunction(world: World, functionName: string, code: string): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'own-function-'));
  const template = {
    Resources: {
      Role: {
        Type: 'AWS::IAM::Role',
        Properties: {
          AssumeRolePolicyDocument: {
            Version: '2012-10-17',
            Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
          },
        },
      },
      Function: {
        Type: 'AWS::Lambda::Function',
        Properties: {
          FunctionName: functionName,
          Runtime: 'nodejs24.x',
          Handler: 'index.handler',
          Timeout: 60,
          Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
          Code: { S3Bucket: 'code', S3Key: 'own/function.zip' },
        },
      },
    },
  };
  try {
    writeFileSync(path.join(folder, 'cloudformation-template-update-stack.json'), JSON.stringify(template));
    writeFileSync(path.join(folder, 'function.zip'), zipSync({ 'index.js': Buffer.from(code) }));
    await world.emulator.deploy(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
