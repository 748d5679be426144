import type { CreateTableCommandInput, CreateTableCommandOutput } from '@aws-sdk/client-dynamodb';
import { AwsError, notEmulated, validationException } from '../aws-error.ts';
import { defineOperation } from '../operation.ts';
import { type DynamoState, tableArnOf } from './state.ts';
import { Table } from './table.ts';

const invalid = (what: string) => validationException(`One or more parameter values were invalid: ${what}`);
const listed = (names: readonly (string | undefined)[]) => `[${names.join(', ')}]`;

function refuseUnsupported(input: CreateTableCommandInput): void {
  if ((input.LocalSecondaryIndexes ?? []).length > 0) throw notEmulated('local secondary indexes of dynamodb:CreateTable');
  if (input.StreamSpecification?.StreamEnabled) throw notEmulated('streams of dynamodb:CreateTable');
  if (input.ResourcePolicy !== undefined) throw notEmulated('a resource policy of dynamodb:CreateTable');
  if (input.WarmThroughput) throw notEmulated('WarmThroughput of dynamodb:CreateTable');
  if (input.OnDemandThroughput) throw notEmulated('OnDemandThroughput of dynamodb:CreateTable');
}

type Schema = NonNullable<CreateTableCommandInput['KeySchema']>;

function assertSchema(schema: Schema): void {
  const [hash, range] = schema;
  if (hash?.KeyType !== 'HASH') throw invalid('Invalid KeySchema: The first KeySchemaElement is not a HASH key type');
  if (range && range.KeyType !== 'RANGE') throw invalid('Invalid KeySchema: The second KeySchemaElement is not a RANGE key type');
  if (range && range.AttributeName === hash.AttributeName) {
    throw invalid('Invalid KeySchema: Both the Hash Key and the Range Key element in the KeySchema have the same name');
  }
}

function assertAttributes(input: CreateTableCommandInput): void {
  const defined = (input.AttributeDefinitions ?? []).map(({ AttributeName }) => AttributeName);
  const schemas = [input.KeySchema ?? [], ...(input.GlobalSecondaryIndexes ?? []).map(({ KeySchema }) => KeySchema ?? [])];
  const used = new Set(schemas.flat().map(({ AttributeName }) => AttributeName));
  if (new Set(defined).size < defined.length) throw invalid('Duplicate AttributeName in AttributeDefinitions');
  const missing = [...used].filter((name) => !defined.includes(name));
  if (missing.length > 0) {
    throw invalid(
      `Some index key attributes are not defined in AttributeDefinitions. Keys: ${listed(missing)}, AttributeDefinitions: ${listed(defined)}`,
    );
  }
  if (defined.length > used.size) {
    throw invalid(
      schemas.length === 1
        ? 'Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions'
        : `Some AttributeDefinitions are not used. AttributeDefinitions: ${listed(defined)}, keys used: ${listed([...used])}`,
    );
  }
}

function assertIndexes(input: CreateTableCommandInput): void {
  const indexes = input.GlobalSecondaryIndexes;
  if (!indexes) return;
  if (indexes.length === 0) throw invalid('List of GlobalSecondaryIndexes is empty');
  const names = new Set<string | undefined>();
  for (const { IndexName, KeySchema, Projection } of indexes) {
    if (names.has(IndexName)) throw invalid(`Duplicate index name: ${IndexName}`);
    names.add(IndexName);
    if ((KeySchema ?? []).length > 2) throw notEmulated('global secondary indexes with more than two key attributes');
    assertSchema(KeySchema ?? []);
    if (!Projection?.ProjectionType) throw invalid('Unknown ProjectionType: null');
    const included = Projection.NonKeyAttributes;
    if (Projection.ProjectionType === 'INCLUDE' && (included ?? []).length === 0) {
      throw invalid(`ProjectionType is INCLUDE, but NonKeyAttributes is not specified`);
    }
    if (Projection.ProjectionType !== 'INCLUDE' && included) {
      throw invalid(`ProjectionType is ${Projection.ProjectionType}, but NonKeyAttributes is specified`);
    }
  }
}

function assertThroughput(input: CreateTableCommandInput): void {
  if (input.BillingMode === 'PAY_PER_REQUEST' && input.ProvisionedThroughput) {
    throw invalid('Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST');
  }
  if (input.BillingMode !== 'PAY_PER_REQUEST' && !input.ProvisionedThroughput) {
    throw invalid('ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED');
  }
}

/** Provisioned capacity is kept and shown; nothing is throttled for it. The table is there as soon as this answers. */
export const createTable = defineOperation<DynamoState, CreateTableCommandInput, Omit<CreateTableCommandOutput, '$metadata'>>({
  name: 'CreateTable',
  access: (input, { kernel }) => {
    const resource = tableArnOf(kernel, input.TableName ?? '');
    return [{ action: 'dynamodb:CreateTable', resource }, ...((input.Tags ?? []).length > 0 ? [{ action: 'dynamodb:TagResource', resource }] : [])];
  },
  limits: {
    TableName: { min: 3, max: 255, pattern: /^[a-zA-Z0-9_.-]+$/ },
    KeySchema: { min: 1, max: 2 },
    'KeySchema[].AttributeName': { min: 1, max: 255 },
    'KeySchema[].KeyType': { oneOf: ['HASH', 'RANGE'] },
    'AttributeDefinitions[].AttributeName': { min: 1, max: 255 },
    'AttributeDefinitions[].AttributeType': { oneOf: ['S', 'N', 'B'] },
    GlobalSecondaryIndexes: { max: 20 },
    'GlobalSecondaryIndexes[].IndexName': { min: 3, max: 255, pattern: /^[a-zA-Z0-9_.-]+$/ },
    'GlobalSecondaryIndexes[].KeySchema[].KeyType': { oneOf: ['HASH', 'RANGE'] },
    'GlobalSecondaryIndexes[].Projection.ProjectionType': { oneOf: ['ALL', 'INCLUDE', 'KEYS_ONLY'] },
    BillingMode: { oneOf: ['PROVISIONED', 'PAY_PER_REQUEST'] },
    TableClass: { oneOf: ['STANDARD', 'STANDARD_INFREQUENT_ACCESS'] },
    'ProvisionedThroughput.ReadCapacityUnits': { min: 1 },
    'ProvisionedThroughput.WriteCapacityUnits': { min: 1 },
  },
  run(input, state) {
    const { kernel, tables } = state;
    const name = input.TableName ?? '';
    refuseUnsupported(input);
    assertThroughput(input);
    assertSchema(input.KeySchema ?? []);
    assertIndexes(input);
    assertAttributes(input);
    if (tables.has(name)) throw new AwsError('ResourceInUseException', `Table already exists: ${name}`);
    const table = new Table(kernel, {
      name,
      arn: tableArnOf(kernel, name),
      id: kernel.random.uuid('dynamodb/table-id'),
      createdAt: new Date(kernel.clock.now()),
      keySchema: structuredClone(input.KeySchema ?? []),
      attributes: structuredClone(input.AttributeDefinitions ?? []),
      billing: input.BillingMode ?? 'PROVISIONED',
      throughput: structuredClone(input.ProvisionedThroughput),
      tableClass: input.TableClass,
      indexes: structuredClone(input.GlobalSecondaryIndexes ?? []),
      deletionProtected: input.DeletionProtectionEnabled ?? false,
      tags: structuredClone(input.Tags ?? []),
    });
    tables.set(name, table);
    return { TableDescription: table.describe('CREATING') };
  },
});
