import { expect, it } from 'vitest';
import { AddressHistory } from '../../src/session/address-history.ts';
import { buildTopology } from '../../src/topology/build.ts';
import { buildSnapshot, container, link, loopback } from '../topology/build-snapshot.ts';

/** Containers with their addresses, each in a namespace of its own. */
function host(...containers: readonly (readonly [name: string, address: string, id?: string])[]) {
  return buildTopology(
    buildSnapshot({
      namespaces: {
        0: { links: [loopback] },
        ...Object.fromEntries(
          containers.map(([, address], at) => [
            at + 1,
            { links: [loopback, link(2, 'eth0', 'veth', { addresses: [address] })] },
          ]),
        ),
      },
      containers: containers.map(([name, , id], at) =>
        container(name, at + 1, 'bridge', id === undefined ? {} : { id }),
      ),
    }),
  );
}

it('knows who had an address, after it became nobody’s and then another’s', () => {
  const history = new AddressHistory();
  history.see(host(['api', '172.30.0.3/24']), host(), 100);
  expect(history.containerAt('172.30.0.3', 99)).toBe('api');
  expect(history.containerAt('172.30.0.3', 101)).toBeUndefined();
  history.see(host(), host(['thief', '172.30.0.3/24']), 110);
  expect(history.containerAt('172.30.0.3', 99)).toBe('api');
  expect(history.containerAt('172.30.0.3', 105)).toBeUndefined();
  history.see(host(['thief', '172.30.0.3/24']), host(['api', '172.30.0.3/24']), 120);
  expect(history.containerAt('172.30.0.3', 115)).toBe('thief');
  expect(history.containerAt('172.30.0.3', 121)).toBeUndefined();
});

it('does not tell a container that restarted or was renamed from itself', () => {
  const history = new AddressHistory();
  history.see(host(['api', '172.30.0.3/24', 'a1']), host(['api2', '172.30.0.3/24', 'a1']), 100);
  expect(history.containerAt('172.30.0.3', 99)).toBeUndefined();
});

it('does not guess where several have the address', () => {
  const history = new AddressHistory();
  history.see(host(['one', '10.0.0.2/24'], ['other', '10.0.0.2/24']), host(), 100);
  expect(history.containerAt('10.0.0.2', 99)).toBeUndefined();
});
