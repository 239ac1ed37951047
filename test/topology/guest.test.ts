import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { parseSnapshot } from '../../src/snapshot/read.ts';
import { buildTopology } from '../../src/topology/build.ts';

const textOf = (name: string) =>
  gunzipSync(readFileSync(new URL(`hosts/${name}`, import.meta.url))).toString('utf8');

/** What `ip -d -j link` said in each namespace of the guest. */
const ipLinks = z.record(
  z.string(),
  z.array(
    z.object({
      ifindex: z.number(),
      ifname: z.string(),
      mtu: z.number(),
      master: z.string().optional(),
      link: z.string().nullish(),
      linkinfo: z
        .object({
          info_kind: z.string().optional(),
          info_data: z.record(z.string(), z.unknown()).optional(),
          info_slave_kind: z.string().optional(),
          info_slave_data: z.record(z.string(), z.unknown()).optional(),
        })
        .optional(),
    }),
  ),
);

const snapshot = parseSnapshot(textOf('guest.json.gz'), 'guest.json.gz');
const byIp = ipLinks.parse(JSON.parse(textOf('guest-links.json.gz')));
const topology = buildTopology(snapshot);
const namespace = (name: string) =>
  topology.namespaces.find((one) => one.names.includes(name) || one.name === name);
const linkOf = (place: string, name: string) => namespace(place)?.links.find((link) => link.name === name);
const systems = (system: string) => topology.systems.filter((one) => one.system === system);

/** What netscope leaves out of what `ip` prints of these kinds, or prints in another form. */
const unlike: Readonly<Record<string, RegExp>> = {
  bridge:
    /^(bridge_id|root_id|.*_timer|.*mcast.*|nf_call.*|group_fwd_mask|no_linklocal_learn|vlan_stats_.*)$/,
  bond: /^(peer_notify_delay|arp_.*|resend_igmp|num_peer_notif|all_slaves_active|lp_interval|packets_per_slave|ad_.*|tlb_.*|active_slave)$/,
  macsec: /^(sci|cipher_suite|icv_len|encoding_sa|validation|inc_sci|es|scb|replay_protect|window)$/,
  ip6tnl: /^(tclass|flowlabel)$/,
  ip6gre: /^(tclass|flowlabel)$/,
  ipvlan: /^bridge$/,
  xfrm: /^if_id$/,
};

describe('a kernel with every kind of link', () => {
  it.each(Object.keys(byIp))('gave netscope the links of %s that it gave ip(8)', (place) => {
    for (const { ifindex, ifname, mtu, master, link: lower, linkinfo } of byIp[place] ?? []) {
      const link = linkOf(place, ifname);
      const kind = linkinfo?.info_kind;
      expect(link, ifname).toMatchObject({
        index: ifindex,
        name: ifname,
        mtu,
        ...(kind !== undefined && { kind }),
      });
      expect(link?.master?.name, ifname).toBe(master);
      if (typeof lower === 'string' && kind !== 'veth') expect(link?.parent?.name, ifname).toBe(lower);
      for (const [name, value] of Object.entries(linkinfo?.info_data ?? {})) {
        if (unlike[kind ?? '']?.test(name) !== true)
          expect(link?.details[name], `${ifname} ${name}`).toEqual(value);
      }
    }
  });

  it('has one of each kind', () => {
    const kinds = new Set(topology.namespaces.flatMap(({ links }) => links.map(({ kind }) => kind)));
    for (const kind of [
      ...[
        'vlan',
        'bond',
        'team',
        'vrf',
        'gre',
        'gretap',
        'ip6gre',
        'ipip',
        'sit',
        'ip6tnl',
        'vti',
        'vti6',
        'xfrm',
      ],
      ...[
        'ifb',
        'vxlan',
        'geneve',
        'macsec',
        'macvlan',
        'ipvlan',
        'wireguard',
        'openvswitch',
        'bridge',
        'tun',
        'dummy',
      ],
    ]) {
      expect(kinds, kind).toContain(kind);
    }
  });

  it('says in which state a bond has its ports, and that nobody gave a team its mode', () => {
    const slave = byIp.kinds?.find(({ ifname }) => ifname === 'slave0')?.linkinfo?.info_slave_data;
    expect(linkOf('kinds', 'slave0')?.details.bondSlave).toMatchObject({
      state: slave?.state,
      mii_status: slave?.mii_status,
      link_failure_count: slave?.link_failure_count,
    });
    expect(linkOf('kinds', 'bond1')?.details).toMatchObject({ mode: '802.3ad', ad_lacp_rate: 'fast' });
    expect(linkOf('kinds', 'team0')?.details).toEqual({ mode: '*NOMODE*' });
    expect(linkOf('kinds', 'inred')?.master?.name).toBe('red');
    expect(linkOf('kinds', 'red')?.details).toEqual({ table: 10 });
    expect(linkOf('kinds', 'xfrm1')?.details).toMatchObject({ if_id: 7 });
  });

  it('told of WireGuard what wg(8) shows, and no secret', () => {
    const [own, peer] = textOf('guest-wg.txt.gz')
      .trimEnd()
      .split('\n')
      .map((line) => line.split('\t'));
    expect(linkOf('wga', 'wg0')?.details).toEqual({
      publicKey: own?.[1],
      listenPort: Number(own?.[2]),
      fwmark: own?.[3],
      peers: [
        {
          publicKey: peer?.[0],
          endpoint: peer?.[2],
          allowedIps: peer?.[3]?.split(','),
          // A moment before or after wg(8) looked.
          lastHandshake: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
          persistentKeepalive: Number(peer?.[7]),
        },
      ],
    });
    expect(JSON.stringify(snapshot)).not.toContain(peer?.[1]);
  });
});

describe('systems that its kernel made', () => {
  it('has ipvlan and macvlan on VLANs of the uplink', () => {
    expect(systems('ipvlan')).toMatchObject([
      {
        name: 'eth0.30',
        evidence: [
          'ipvlan1:ipv0 is ipvlan in mode l2 on host:eth0.30',
          'ipvlan2:ipv0 is ipvlan in mode l2 on host:eth0.30',
          'eth0.30 is VLAN 30 on eth0',
        ],
      },
    ]);
    expect(systems('macvlan')).toMatchObject([{ ways: [['macvlan1:mac0', 'host:eth0.40', 'host:eth0']] }]);
  });

  it('has Open vSwitch with its datapath, its tunnels and the namespaces on it', () => {
    const [found] = systems('open-vswitch');
    expect(found?.evidence).toEqual([
      'ovs-system, br-int, br-tun, int0 are of kind openvswitch',
      'ovsport1, ovsport2, vxlan_sys_4789, gre_sys are ports of datapath ovs-system',
      'vxlan_sys_4789 is its VXLAN tunnel on port 4789',
      'gre_sys is its GRE tunnel',
    ]);
    expect(linkOf('host', 'ovsport1')?.peer).toMatchObject({
      namespace: namespace('ovs1')?.id,
      name: 'eth0',
    });
    // Its GRE port is no tunnel of somebody else.
    expect(systems('gre').map(({ name }) => name)).not.toContain('gre_sys');
  });

  it('has the virtual services of a sandbox as ipvsadm printed them, marks resolved', () => {
    expect(systems('docker-swarm')).toMatchObject([
      {
        name: 'ingress',
        services: [
          { address: '10.0.0.100', port: 80, mark: null, endpoints: [{ address: '10.0.0.5', port: 8080 }] },
          {
            mark: 256,
            protocol: 'tcp',
            port: 8080,
            endpoints: [{ address: '10.0.0.5' }, { address: '10.0.0.6' }],
          },
        ],
      },
    ]);
  });

  it('has IPIP and GRE to another host', () => {
    expect(linkOf('host', 'tun-ipip')?.details).toMatchObject({ local: '198.18.0.1', remote: '198.18.0.2' });
    expect(
      systems('gre').find(({ namespace: of, name }) => of === 'host' && name === 'tun-gre'),
    ).toMatchObject({
      evidence: ['tun-gre is gre to 198.18.0.2 with key 77'],
      remotes: [{ host: '198.18.0.2' }],
    });
  });
});
