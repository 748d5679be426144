/** Packages the service as it is deployed, into .serverless/: needs no account and no network, and says only what matters. */
import { run } from './process.ts';

const { code } = await run(['osls', 'package', ...process.argv.slice(2)], {
  shows: true,
  limitSeconds: 180,
  env: {
    SLS_DEPRECATION_DISABLE: '*',
    SLS_INTERACTIVE_SETUP_ENABLE: '',
    NO_UPDATE_NOTIFIER: '1',
    // Where a plugin asks for credentials it gets these; packaging calls nobody.
    AWS_ACCESS_KEY_ID: process.env['AWS_ACCESS_KEY_ID'] ?? 'test',
    AWS_SECRET_ACCESS_KEY: process.env['AWS_SECRET_ACCESS_KEY'] ?? 'test',
    AWS_EC2_METADATA_DISABLED: 'true',
  },
});
process.exitCode = code;
