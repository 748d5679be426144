import { AwsError, notEmulated } from '../aws-error.ts';
import type { ResourceStatement } from './identities.ts';

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

function textsOf(value: unknown, refuse: () => AwsError): string[] {
  const list: unknown[] = Array.isArray(value) ? value : [value];
  return list.map((one) => {
    if (typeof one !== 'string') throw refuse();
    return one;
  });
}

/**
 * What a queue's or topic's policy lets AWS services do, as `Identities.addResourcePolicy` takes it.
 *
 * Services are judged by such policies; roles of the account by their own policies alone, so a statement for anybody else is refused by name.
 *
 * @param document the policy as JSON
 * @param where whose policy it is, for error texts
 * @param account statements for another `aws:SourceAccount` let nobody in
 * @throws AwsError `NotEmulated` naming an element or condition that isn't known; whatever `refuse` makes for what is no policy
 */
export function readResourcePolicy(document: string, where: string, account: string, refuse: () => AwsError): ResourceStatement[] {
  let policy: unknown;
  try {
    policy = JSON.parse(document);
  } catch {
    throw refuse();
  }
  if (!isRecord(policy)) throw refuse();
  const list: unknown[] = Array.isArray(policy['Statement']) ? policy['Statement'] : [policy['Statement']];
  return list.flatMap((statement) => {
    if (!isRecord(statement)) throw refuse();
    if (statement['Effect'] !== 'Allow') throw notEmulated(`the effect ${JSON.stringify(statement['Effect'])} in the policy of ${where}`);
    const services = servicesOf(statement['Principal'], where, refuse);
    const { sourceArns, sourceAccounts } = sourcesOf(statement['Condition'], where, refuse);
    if (sourceAccounts !== undefined && !sourceAccounts.includes(account)) return [];
    return services.flatMap((principalService) =>
      textsOf(statement['Action'], refuse).flatMap((action) =>
        sourceArns === undefined ? [{ principalService, action }] : sourceArns.map((sourceArn) => ({ principalService, action, sourceArn })),
      ),
    );
  });
}

function servicesOf(principal: unknown, where: string, refuse: () => AwsError): string[] {
  if (principal === '*') return ['*'];
  if (!isRecord(principal)) throw refuse();
  for (const kind of Object.keys(principal)) {
    if (kind !== 'Service') throw notEmulated(`the principal "${kind}" in the policy of ${where} (services and "*" are)`);
  }
  return textsOf(principal['Service'], refuse);
}

function sourcesOf(condition: unknown, where: string, refuse: () => AwsError): { sourceArns?: string[]; sourceAccounts?: string[] } {
  if (condition === undefined) return {};
  if (!isRecord(condition)) throw refuse();
  const sources: { sourceArns?: string[]; sourceAccounts?: string[] } = {};
  for (const [operator, keys] of Object.entries(condition)) {
    if (!isRecord(keys)) throw refuse();
    for (const [key, wanted] of Object.entries(keys)) {
      const name = key.toLowerCase();
      if (name === 'aws:sourcearn' && ['ArnLike', 'ArnEquals', 'StringLike', 'StringEquals'].includes(operator) && !sources.sourceArns) {
        sources.sourceArns = textsOf(wanted, refuse);
      } else if (name === 'aws:sourceaccount' && ['StringEquals', 'StringLike'].includes(operator) && !sources.sourceAccounts) {
        sources.sourceAccounts = textsOf(wanted, refuse);
      } else {
        throw notEmulated(`the condition ${operator} on "${key}" in the policy of ${where}`);
      }
    }
  }
  return sources;
}
