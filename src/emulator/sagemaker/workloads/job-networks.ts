import type { Engine, Network } from '../../../containers/container.ts';

/** The networks in which the hosts of a job find one another by name: one a job, from its first host's start until its last host's end. */
export function jobNetworks(engine: Engine) {
  const networks = new Map<string, { readonly made: Promise<Network>; members: number }>();
  return {
    /** A host begins. Undefined: it is alone, and has nobody to look for. */
    async join(jobName: string, hosts: readonly string[]): Promise<Network | undefined> {
      if (hosts.length < 2) return undefined;
      let known = networks.get(jobName);
      if (!known) {
        known = { made: engine.network(hosts), members: 0 };
        networks.set(jobName, known);
      }
      known.members++;
      return known.made;
    },
    /** A host that joined has ended. */
    async leave(jobName: string): Promise<void> {
      const known = networks.get(jobName);
      if (!known || --known.members > 0) return;
      networks.delete(jobName);
      // One that could not be made has been told to every host.
      const network = await known.made.catch(() => undefined);
      await network?.close();
    },
  };
}
