import type { LookupAddress } from 'node:dns';
import { describe, expect, test } from 'vitest';
import { AddressRefused, isPublicAddress, publicLookup } from '../../src/aws/public-addresses.ts';

// IANA's registries of special-purpose addresses, and what AWS keeps behind a link-local one.
test.each([
  ['127.0.0.1', 'loopback'],
  ['127.255.255.254', 'loopback'],
  ['0.0.0.0', 'this host'],
  ['10.1.2.3', 'private'],
  ['172.16.0.1', 'private'],
  ['172.31.255.255', 'private'],
  ['192.168.0.1', 'private'],
  ['100.64.0.1', 'shared'],
  ['169.254.169.254', 'metadata of an instance'],
  ['169.254.170.2', 'credentials of a task'],
  ['224.0.0.1', 'multicast'],
  ['255.255.255.255', 'broadcast'],
  ['::', 'unspecified'],
  ['::1', 'loopback'],
  ['::ffff:10.0.0.1', 'mapped private'],
  ['::ffff:a9fe:a9fe', 'mapped metadata'],
  ['::7f00:1', 'compatible loopback'],
  ['64:ff9b::a00:1', 'translated private'],
  ['2002:a00:1::', '6to4 of a private one'],
  ['fd00:ec2::254', 'metadata of an instance'],
  ['fe80::1', 'link-local'],
  ['fe80::1%eth0', 'link-local, of one interface'],
  ['fec0::1', 'site-local'],
  ['ff02::1', 'multicast'],
  ['::ffff:0:a00:1', 'translated private'],
  ['2001:0:a00:1::', 'Teredo'],
  ['2001:db8::1', 'documentation'],
  ['3fff::1', 'documentation'],
  ['5f00::1', 'segment routing'],
  ['4000::1', 'given to nobody'],
  ['192.88.99.1', 'relay of 6to4'],
  ['192.0.0.170', 'discovery of translation'],
  ['198.18.0.1', 'measurement'],
  ['localhost', 'no address'],
  ['', 'no address'],
])('isPublicAddress() refuses %s: %s', (address) => expect(isPublicAddress(address)).toBe(false));

test.each([
  '93.184.215.14',
  '172.15.255.255',
  '172.32.0.1',
  '100.63.255.255',
  '2606:2800:21f:cb07::1',
  '2600:1f18::1',
  '2a05:d018::1',
  '2001:4860::1',
  '::ffff:93.184.215.14',
])('isPublicAddress() takes %s', (address) => expect(isPublicAddress(address)).toBe(true));

describe('publicLookup()', () => {
  const ask = (found: LookupAddress[], all: boolean) =>
    new Promise((resolve) =>
      publicLookup((_name, answer) => answer(null, found))('judge.example.com', { all }, (error, address, family) =>
        resolve(error ?? [address, family]),
      ),
    );
  const open = { address: '93.184.215.14', family: 4 };
  const closed = { address: '10.0.0.1', family: 4 };

  test('hands on the addresses it has looked at', async () => {
    expect(await ask([open], false)).toEqual([open.address, 4]);
    expect(await ask([open], true)).toEqual([[open], undefined]);
  });

  test('refuses a name if any address it leads to is private', async () => {
    const error = await ask([open, closed], true);
    expect(error).toBeInstanceOf(AddressRefused);
    expect(String(error)).toContain('"judge.example.com" leads to 10.0.0.1');
    expect(await ask([], false)).toBeInstanceOf(AddressRefused);
  });

  test('says it where there is no such name', async () => {
    const missing = new Error('ENOTFOUND');
    const error = await new Promise((resolve) => publicLookup((_name, answer) => answer(missing, []))('x', {}, resolve));
    expect(error).toBe(missing);
  });
});
