import { lookup, type LookupAddress } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

/**
 * Addresses that lead to this machine, this network, AWS's metadata or nowhere: what a delivery names must not make the
 * service ask them. IANA's special-purpose registries; mapped IPv4 is judged as IPv4.
 */
const special = new BlockList();
for (const [address, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const)
  special.addSubnet(address, prefix, 'ipv4');
// Teredo and its neighbours, documentation, 6to4.
for (const [address, prefix] of [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const)
  special.addSubnet(address, prefix, 'ipv6');

/** All of IPv6 that is given out to be reached: what is kept for other uses, now or later, lies outside. */
const reachable = new BlockList();
reachable.addSubnet('2000::', 3, 'ipv6');
reachable.addSubnet('::ffff:0:0', 96, 'ipv6');

/** Whether an address may be asked; false for a text that is none. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 6) return reachable.check(address, 'ipv6') && !special.check(address, 'ipv6');
  return family === 4 && !special.check(address, 'ipv4');
}

/** A connection that was not made, because of where it would have led. */
export class AddressRefused extends Error {
  override name = 'AddressRefused';
}

type Resolve = (hostname: string, found: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void) => void;
const resolveAll: Resolve = (hostname, found) => lookup(hostname, { all: true }, found);

/**
 * Looks a name up for a connection and refuses one that leads to any address but a public one. The connection goes to the
 * very address that was looked at: a name that means another one a moment later changes nothing.
 */
export const publicLookup =
  (resolve: Resolve = resolveAll): LookupFunction =>
  (hostname, options, callback) =>
    resolve(hostname, (error, addresses) => {
      if (error) return callback(error, '', 0);
      const [first] = addresses;
      const refused = addresses.find(({ address }) => !isPublicAddress(address));
      if (!first || refused) return callback(new AddressRefused(`"${hostname}" leads to ${refused?.address ?? 'no address'}`), '', 0);
      if (options.all) return callback(null, addresses);
      callback(null, first.address, first.family);
    });
