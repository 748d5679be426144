import { codeBuilds } from '../aws/builds.ts';
import { cloudWatchAlarms } from '../aws/alarms.ts';
import { dynamoDeliveries } from '../aws/deliveries.ts';
import { sageMakerEndpoints } from '../aws/endpoints.ts';
import { stepFunctionsExecutions } from '../aws/executions.ts';
import { lambdaFunctions } from '../aws/functions.ts';
import { ecrImages } from '../aws/images.ts';
import { awsInventory } from '../aws/inventory.ts';
import { sageMakerInvocations } from '../aws/invocations.ts';
import { dynamoLocks } from '../aws/locks.ts';
import { cloudWatchMetrics } from '../aws/metrics.ts';
import { sageMakerModels } from '../aws/models.ts';
import { awsNotices } from '../aws/notices.ts';
import { s3Objects } from '../aws/objects.ts';
import { sageMakerPackages } from '../aws/packages.ts';
import { dynamoRollouts } from '../aws/rollouts.ts';
import { s3StoredObjects } from '../aws/stored-objects.ts';
import { dynamoTable, type Table } from '../aws/table.ts';
import { sageMakerTraining } from '../aws/training.ts';
import { signedWebhooks } from '../aws/webhooks.ts';
import type { Clock } from '../ports/clock.ts';
import type { Place, Settings } from '../ports/ports.ts';
import { logger } from './handler.ts';
import { jsonSchemas } from './json-schemas.ts';
import { withPhaseNotices } from './phase-notices.ts';
import { setting } from './settings.ts';

/** The one place that says `new`: a factory a port. A function's bundle holds only the adapters its factories name. */

let shared: Table | undefined;
const table = () => (shared ??= dynamoTable(setting('TABLE')));

export const alarms = () => cloudWatchAlarms();
export const builds = () => codeBuilds(setting('BUILD_PROJECT'), setting('AWS_REGION'));
export const clock = (): Clock => ({ now: () => Date.now() });
export const deliveries = () => dynamoDeliveries(table());
export const endpoints = () => sageMakerEndpoints();
export const executions = () => stepFunctionsExecutions({ delivery: setting('DELIVERY_MACHINE'), rollout: setting('ROLLOUT_MACHINE') });
/** For functions that wake waits and read history but start nothing. */
export const wakingExecutions = () => stepFunctionsExecutions({ delivery: '', rollout: '' });
export const functions = () => lambdaFunctions();
export const images = () => ecrImages(setting('REGISTRY'));
export const inventory = () => awsInventory();
export const invocations = () => sageMakerInvocations();
export const locks = () => dynamoLocks(table());
export const metrics = () => cloudWatchMetrics();
export const models = () => sageMakerModels();
export const notices = () => awsNotices(setting('TOPIC'), (what, error) => logger.error(`Cannot send an ${what}`, error as Error));
export const objects = () => s3Objects();
export const place = (): Place => ({
  // The registry's name begins with the account.
  account: setting('REGISTRY').split('.')[0] ?? '',
  region: setting('AWS_REGION'),
  bucket: setting('BUCKET'),
});
export const packages = () => sageMakerPackages();
export const rollouts = () => withPhaseNotices(dynamoRollouts(table()), notices());
export const schemas = () => jsonSchemas();
export const settings = (): Settings => ({
  bucket: setting('BUCKET'),
  modelRoleArn: setting('MODEL_ROLE'),
  region: setting('AWS_REGION'),
  historyLimit: Number(process.env['HISTORY_LIMIT'] ?? 5000),
});
export const storedObjects = () => s3StoredObjects(setting('BUCKET'));
export const training = () => sageMakerTraining();
export const webhooks = () => signedWebhooks(setting('WEBHOOK_PRIVATE_ADDRESSES') === 'allowed' ? 'allowed' : 'refused');
