import { describe, expect, it } from 'vitest';
import { container, type Given, link, loopback, ns } from '../build-snapshot.ts';
import { allRecognised, recognised, table } from './recognised.ts';

const nsids = [0, 1].map((number) => ({ nsid: number, namespace: ns(number) }));
const port = { state: 'forwarding' };

describe('Weave', () => {
  const host = (fast: boolean): Given => ({
    namespaces: {
      0: {
        nsids,
        links: [
          loopback,
          link(4, 'weave', 'bridge', { addresses: ['10.32.0.1/12'] }),
          link(9, 'vethwepl1234', 'veth', { link: 2, linkNsid: 1, master: 4, port }),
          ...(fast
            ? [
                link(3, 'datapath', 'openvswitch'),
                link(5, 'vethwe-datapath', 'veth', { link: 6, master: 3 }),
                link(6, 'vethwe-bridge', 'veth', { link: 5, master: 4, port }),
                link(7, 'vxlan-6784', 'vxlan', { master: 3, details: { id: 0, port: 6784 } }),
              ]
            : []),
        ],
      },
      1: { nsids, links: [loopback, link(2, 'ethwe', 'veth', { link: 9, linkNsid: 0 })] },
    },
    containers: [container('app', 1, 'weave')],
  });

  it('is recognised with the kernel datapath and the way through it', () => {
    expect(recognised(host(true), 'weave')).toMatchObject([
      {
        name: 'fastdp',
        evidence: [
          'weave 10.32.0.1/12 is a bridge with 2 ports',
          'vethwe-bridge and vethwe-datapath join it to the Open vSwitch datapath datapath',
          'vxlan-6784 takes packets to other hosts as VXLAN on port 6784',
          'vethwepl1234 lead to containers',
        ],
        containers: ['app'],
        ways: [
          [
            'app:ethwe',
            'host:vethwepl1234',
            'host:weave',
            'host:vethwe-bridge',
            'host:vethwe-datapath',
            'host:datapath',
            'host:vxlan-6784',
          ],
        ],
      },
    ]);
  });

  it('is in sleeve mode without the datapath', () => {
    expect(recognised(host(false), 'weave')).toMatchObject([
      { name: 'sleeve', ways: [['app:ethwe', 'host:vethwepl1234', 'host:weave']] },
    ]);
  });
});

describe('Open vSwitch', () => {
  const given: Given = {
    namespaces: {
      0: {
        nsids,
        links: [
          loopback,
          link(3, 'ovs-system', 'openvswitch', { flags: [] }),
          link(4, 'br-int', 'openvswitch'),
          link(5, 'veth5', 'veth', { link: 2, linkNsid: 1, master: 3 }),
          link(6, 'vxlan_sys_4789', 'vxlan', { master: 3, details: { external: true } }),
          link(7, 'stt_sys_7471', 'stt', { master: 3 }),
        ],
      },
      1: { nsids, links: [loopback, link(2, 'eth0', 'veth', { link: 5, linkNsid: 0 })] },
    },
    containers: [container('app', 1, 'none')],
  };

  it('is recognised with the ports of its datapath, its tunnels and the container behind a port', () => {
    expect(recognised(given, 'open-vswitch')).toMatchObject([
      {
        name: 'ovs-system',
        evidence: [
          'ovs-system, br-int are of kind openvswitch',
          'veth5, vxlan_sys_4789, stt_sys_7471 are ports of datapath ovs-system',
          'vxlan_sys_4789 is its VXLAN tunnel on port 4789',
          'stt_sys_7471 is its STT tunnel on port 7471',
        ],
        containers: ['app'],
        ways: [['app:eth0', 'host:veth5', 'host:br-int']],
      },
    ]);
  });

  it('has STT recognised as a tunnel of its own', () => {
    expect(recognised(given, 'stt')[0]?.evidence).toEqual([
      'stt_sys_7471 carries frames in TCP-like segments on port 7471 (STT)',
    ]);
  });
});

describe('GRE', () => {
  it('is NVGRE where it carries frames with a key, and its fallback devices are nothing', () => {
    const given: Given = {
      namespaces: {
        0: {
          links: [
            link(2, 'gre0', 'gre', { flags: [], operstate: 'DOWN' }),
            link(3, 'gretap0', 'gretap', { flags: [], operstate: 'DOWN' }),
            link(4, 'gre1', 'gre', { details: { local: '10.0.0.1', remote: '10.0.0.2' } }),
            link(5, 'nv1', 'gretap', {
              details: { remote: '10.0.0.3', ikey: '0.19.137.0', okey: '0.19.137.0' },
            }),
          ],
        },
      },
    };
    expect(allRecognised(given)).toEqual(['gre gre1', 'nvgre nv1']);
    expect(recognised(given, 'gre')).toMatchObject([{ remotes: [{ host: '10.0.0.2', by: 'tunnel' }] }]);
    expect(recognised(given, 'nvgre')[0]?.evidence).toEqual([
      'nv1 is gretap to 10.0.0.3 with key 1280256',
      'Ethernet frames in GRE with a key, as NVGRE has them: virtual subnet 5001, flow 0',
    ]);
  });
});

describe('virtual machines', () => {
  it('are found by taps on the bridges of libvirt and on others', () => {
    const tap = (index: number, name: string, master: number) =>
      link(index, name, 'tun', {
        master,
        port,
        details: { type: 'tap', processes: [{ pid: 7, command: 'qemu-system-x86' }] },
      });
    const given: Given = {
      namespaces: {
        0: {
          links: [
            link(3, 'virbr0', 'bridge', { addresses: ['192.168.122.1/24'] }),
            tap(4, 'vnet0', 3),
            link(5, 'br0', 'bridge'),
            tap(6, 'tap6', 5),
            link(7, 'tun7', 'tun', { details: { type: 'tun' } }),
          ],
          rulesets: [table('filter', ['LIBVIRT_FWI', 'LIBVIRT_INP'], [])],
        },
      },
    };
    expect(recognised(given, 'libvirt')).toMatchObject([
      {
        name: 'virbr0',
        evidence: [
          'virbr0 192.168.122.1/24 is the bridge of a libvirt network',
          'chains LIBVIRT_FWI, LIBVIRT_INP',
          'vnet0 is a tap on virbr0, held by qemu-system-x86',
        ],
        ways: [['host:vnet0', 'host:virbr0']],
      },
    ]);
    expect(recognised(given, 'kvm')).toMatchObject([{ name: 'br0', ways: [['host:tap6', 'host:br0']] }]);
  });
});
