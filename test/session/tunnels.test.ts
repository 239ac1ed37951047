import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { openFile } from './open.ts';

const file = fileURLToPath(new URL('../../fixtures/tunnels.pcapng', import.meta.url));

it('joins what went through IPIP, GRE and a VLAN with the same packets outside of them', async () => {
  const session = await openFile(file);
  const { flows, connections } = session.flows();
  const inner = connections.map((connection) => {
    const own = flows.filter(({ id }) => connection.flows.includes(id));
    return {
      path: connection.path.map((step) => step.interface),
      protocol: own[0]?.protocol,
      between: [own[0]?.source.address, own[0]?.destination.address],
      vlans: [...new Set(own.flatMap(({ vlans }) => vlans))],
      tunnels: [...new Set(own.flatMap(({ tunnels }) => tunnels.map(({ kind, id }) => `${kind} ${id}`)))],
    };
  });
  const of = (address: string) => inner.find(({ between }) => between[0] === address);
  // As tshark reads the file: frame.interface_name, ip.src, gre.key, vlan.id.
  expect(of('10.50.0.1')).toMatchObject({
    path: ['host:tun-ipip', 'host:up0'],
    tunnels: [expect.stringMatching(/^ipip /)],
  });
  expect(of('10.51.0.1')).toMatchObject({ path: ['host:tun-gre', 'host:up0'], tunnels: ['gre 77'] });
  expect(of('10.52.0.1')).toMatchObject({ path: ['host:up0', 'far:up0.9'], vlans: [9] });
  session.close();
});
