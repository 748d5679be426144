import type { Alarms } from './alarms.ts';
import type { Builds } from './builds.ts';
import type { Clock } from './clock.ts';
import type { Endpoints } from './endpoints.ts';
import type { Executions } from './executions.ts';
import type { Images } from './images.ts';
import type { Inventory } from './inventory.ts';
import type { Invocations } from './invocations.ts';
import type { Functions, Webhooks } from './judges.ts';
import type { Metrics } from './metrics.ts';
import type { Models } from './models.ts';
import type { Notices } from './notices.ts';
import type { Objects } from './objects.ts';
import type { Packages } from './packages.ts';
import type { Deliveries, Locks, Rollouts } from './rollouts.ts';
import type { Schemas } from './schemas.ts';
import type { StoredObjects } from './stored-objects.ts';
import type { Training } from './training.ts';

/** What the deployment decides once for all deliveries. */
export interface Settings {
  /** The service's own bucket: training output, and `{bucket}` in a spec. */
  readonly bucket: string;
  /** The region it runs in. */
  readonly region: string;
  /** The role SageMaker runs containers with. */
  readonly modelRoleArn: string;
  /** A walk continues in a new execution after this many history events. */
  readonly historyLimit: number;
}

/** Where the service itself lives, and what is its own there. */
export interface Place {
  readonly account: string;
  readonly region: string;
  /** As in `Settings`. */
  readonly bucket: string;
}

/** Everything the core asks of the world. A use case takes the part it needs. */
export interface Ports {
  readonly alarms: Alarms;
  readonly builds: Builds;
  readonly clock: Clock;
  readonly deliveries: Deliveries;
  readonly endpoints: Endpoints;
  readonly executions: Executions;
  readonly functions: Functions;
  readonly images: Images;
  readonly inventory: Inventory;
  readonly invocations: Invocations;
  readonly locks: Locks;
  readonly metrics: Metrics;
  readonly models: Models;
  readonly notices: Notices;
  readonly objects: Objects;
  readonly packages: Packages;
  readonly place: Place;
  readonly rollouts: Rollouts;
  readonly schemas: Schemas;
  readonly settings: Settings;
  readonly storedObjects: StoredObjects;
  readonly training: Training;
  readonly webhooks: Webhooks;
}
