/** Makes the alarms the delivery's gate names, once, on the AWS the environment says. */
import { makeAlarms } from '../making-alarms.ts';

process.exitCode = await makeAlarms(new URL('alarms/', import.meta.url));
