/** The account's image registry, for commands that push. */
export { ecrRegistry as registry } from '../aws/registry.ts';
