import { describe, expect, it } from 'vitest';
import {
  container,
  defaultRoute,
  type Given,
  type LinkInput,
  link,
  loopback,
  ns,
} from '../build-snapshot.ts';
import { recognised, table } from './recognised.ts';

const nsids = [0, 1].map((number) => ({ nsid: number, namespace: ns(number) }));

function node(tunnel: readonly LinkInput[], device: string, more: Record<string, unknown> = {}): Given {
  return {
    namespaces: {
      0: {
        nsids,
        links: [
          loopback,
          link(2, 'eth0', 'physical', { addresses: ['10.0.0.1/24'] }),
          link(7, 'cali0ef24ba1f29', 'veth', { link: 4, linkNsid: 1 }),
          ...tunnel,
        ],
        routes: [
          {
            family: 'ip',
            destination: '192.168.9.5',
            interfaceIndex: 7,
            interface: 'cali0ef24ba1f29',
            scope: 'link',
          },
          { family: 'ip', destination: '192.168.9.0/26', type: 'blackhole', protocol: 'bird' },
          {
            family: 'ip',
            destination: '192.168.20.64/26',
            gateway: '10.0.0.2',
            interface: device,
            protocol: 'bird',
          },
        ],
        rulesets: [table('filter', ['cali-FORWARD', 'cali-INPUT'], [])],
        ...more,
      },
      1: {
        nsids,
        links: [loopback, link(4, 'eth0', 'veth', { link: 7, linkNsid: 0, addresses: ['192.168.9.5/32'] })],
        routes: [defaultRoute('169.254.1.1', 4, 'eth0')],
      },
    },
    containers: [container('pause', 1, 'none')],
  };
}

describe('Calico', () => {
  it('is recognised by its routed veths, with IPIP where routes go by tunl0', () => {
    expect(recognised(node([link(3, 'tunl0', 'ipip')], 'tunl0'), 'calico')).toMatchObject([
      {
        name: 'ipip',
        evidence: [
          'cali0ef24ba1f29 are veths of workloads, on no bridge',
          'their default route is by 169.254.1.1, which the host answers for',
          'chains cali-FORWARD, cali-INPUT',
          'tunl0 is ipip to other nodes',
          "this node's block of addresses is 192.168.9.0/26",
        ],
        containers: ['pause'],
        remotes: [{ host: '10.0.0.2', behind: '192.168.20.64/26', by: 'route' }],
        ways: [['pause:eth0', 'host:cali0ef24ba1f29', 'host:tunl0']],
      },
    ]);
  });

  it('uses BGP alone where tunl0 is there and no route goes by it', () => {
    expect(recognised(node([link(3, 'tunl0', 'ipip')], 'eth0'), 'calico')).toMatchObject([
      { name: 'bgp', ways: [['pause:eth0', 'host:cali0ef24ba1f29']] },
    ]);
  });

  it('uses VXLAN with the VTEPs of its forwarding table', () => {
    const vxlan = link(3, 'vxlan.calico', 'vxlan', { details: { id: 4096, port: 4789 } });
    const fdb = [
      { mac: '66:00:00:00:00:02', interfaceIndex: 3, interface: 'vxlan.calico', destination: '10.0.0.2' },
    ];
    const [system] = recognised(node([vxlan], 'vxlan.calico', { fdb }), 'calico');
    expect(system).toMatchObject({
      name: 'vxlan',
      remotes: [{ host: '10.0.0.2', by: 'fdb' }, { by: 'route' }],
    });
    expect(system?.evidence).toContain('vxlan.calico is vxlan 4096 to other nodes');
  });
});
