import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { addEthtool } from '../../src/host/ethtool.ts';
import { attribute, u32 } from '../../src/host/ffi/attributes.ts';
import { readLinks } from '../../src/host/links.ts';
import { inNamespace } from '../../src/host/namespaces/enter.ts';
import type { NamespaceState } from '../../src/snapshot/schema.ts';
import { buildTopology } from '../../src/topology/build.ts';
import { buildSnapshot } from '../topology/build-snapshot.ts';
import { describeWithTools, type Lab, readLab, startLab } from './support.ts';

const script = `
ip link add v0 type veth peer name v1
ip link set v0 up; ip link set v1 up
ip link set v0 alias 'the left end'
ip link property add dev v0 altname left altname 'the-other-long-name-of-the-left-end'
ip addr add 10.1.0.1/24 brd + dev v0
ip addr add 10.1.0.5 peer 10.1.0.6 dev v0
ip addr add fd01::1/64 dev v0 nodad
ip link add br0 type bridge
ip link set br0 up
ip link set v1 master br0
bridge link set dev v1 hairpin on isolated on
ip link add vx4 type vxlan id 5 dev v0 group 239.1.1.1 dstport 4789 local 10.1.0.1
ip link add vx1 type vxlan id 7 remote 10.9.9.9 dstport 8472 nolearning l2miss
ip link add vx6 type vxlan id 6 remote fd00::2 dstport 4789 local fd00::1
ip link add vxe type vxlan dstport 4790 external
ip link add mv link v0 type macvlan mode bridge
ip link add mt link v0 type macvtap mode vepa
ip tuntap add tun0 mode tun
ip tuntap add tap0 mode tap
ip link add ifb9 type ifb
`;

/** As far as `ip -d -j addr` is compared. */
const ipLinks = z.array(
  z.object({
    ifindex: z.number(),
    ifname: z.string(),
    flags: z.array(z.string()),
    mtu: z.number(),
    operstate: z.string(),
    address: z.string().optional(),
    master: z.string().optional(),
    link: z.string().nullish(),
    ifalias: z.string().optional(),
    altnames: z.array(z.string()).optional(),
    linkinfo: z
      .object({
        info_kind: z.string().optional(),
        info_data: z.record(z.string(), z.unknown()).optional(),
        info_slave_data: z.record(z.string(), z.unknown()).optional(),
      })
      .optional(),
    addr_info: z.array(
      z.object({
        local: z.string(),
        prefixlen: z.number(),
        scope: z.string(),
        address: z.string().optional(),
        broadcast: z.string().optional(),
      }),
    ),
    stats64: z
      .object({ rx: z.record(z.string(), z.number()), tx: z.record(z.string(), z.number()) })
      .optional(),
  }),
);

/** `ip` prints the bytes of a bridge id without leading zeros. */
function unpadded(value: unknown): unknown {
  return typeof value === 'string' && /^[0-9a-f]{4}\./.test(value)
    ? value.replaceAll(/(?<=[.:])0(?=[0-9a-f])/g, '')
    : value;
}

describeWithTools(['unshare', 'nsenter', 'ip', 'bridge'], 'links, against ip -d -j', () => {
  let lab: Lab;
  let truth: z.infer<typeof ipLinks>;
  let state: NamespaceState;

  beforeAll(async () => {
    lab = await startLab(script);
    truth = ipLinks.parse(lab.json('ip', '-s', '-d', '-j', 'addr'));
    state = readLab(lab).state;
  });
  afterAll(() => lab?.stop());

  const linkOf = (name: string) => {
    const link = state.links.find((candidate) => candidate.name === name);
    if (link === undefined) throw new Error(`no link ${name}`);
    return link;
  };

  it('lists every link by index, name, address, MTU and state', () => {
    expect(state.unreadable).toEqual([]);
    expect(
      state.links.map(({ index, name, mac, mtu, operstate }) => ({ index, name, mac, mtu, operstate })),
    ).toEqual(
      truth.map(({ ifindex, ifname, address, mtu, operstate }) => ({
        index: ifindex,
        name: ifname,
        mac: address ?? '',
        mtu,
        operstate,
      })),
    );
  });

  it('has the flags that ip prints', () => {
    for (const { ifname, flags } of truth) {
      // `ip` says NO-CARRIER for up and not running, and leaves RUNNING out.
      const expected = flags.filter((flag) => flag !== 'NO-CARRIER').map((flag) => flag.toLowerCase());
      expect(new Set(linkOf(ifname).flags.filter((flag) => flag !== 'running'))).toEqual(new Set(expected));
    }
  });

  it('names the kind of every link', () => {
    for (const { ifname, linkinfo } of truth) {
      expect(linkOf(ifname).kind).toBe(linkinfo?.info_kind ?? 'loopback');
    }
  });

  it('knows masters and lower devices by index', () => {
    const index = (name: string) => truth.find(({ ifname }) => ifname === name)?.ifindex;
    for (const { ifname, master, link } of truth) {
      expect(linkOf(ifname).master).toBe(master === undefined ? undefined : index(master));
      if (typeof link === 'string') expect(linkOf(ifname).link).toBe(index(link));
    }
    // ip prints a VXLAN's lower device among its details.
    expect(linkOf('vx4').link).toBe(index('v0'));
  });

  it('has addresses with prefix, scope, broadcast and peer', () => {
    for (const { ifname, addr_info } of truth) {
      expect(
        linkOf(ifname).addresses.map(({ cidr, scope, broadcast, peer }) => ({
          cidr,
          scope,
          broadcast,
          peer,
        })),
      ).toEqual(
        addr_info.map(({ local, prefixlen, scope, broadcast, address }) => ({
          cidr: `${local}/${prefixlen}`,
          scope,
          broadcast,
          peer: address,
        })),
      );
    }
  });

  it('has the details of each kind under the names and with the values of ip', () => {
    for (const { ifname, linkinfo } of truth) {
      const expected = linkinfo?.info_data ?? {};
      const { details } = linkOf(ifname);
      for (const [key, value] of Object.entries(details)) {
        if (key in expected) expect([ifname, key, unpadded(value)]).toEqual([ifname, key, expected[key]]);
      }
    }
    expect(linkOf('vx4').details).toMatchObject({ id: 5, group: '239.1.1.1', local: '10.1.0.1', port: 4789 });
    expect(linkOf('vx1').details).toMatchObject({ id: 7, remote: '10.9.9.9', learning: false, l2miss: true });
    expect(linkOf('vx6').details).toMatchObject({ id: 6, remote6: 'fd00::2', local6: 'fd00::1' });
    expect(linkOf('vxe').details).toMatchObject({ external: true });
    expect(linkOf('mv').details).toMatchObject({ mode: 'bridge' });
    expect(linkOf('mt').details).toMatchObject({ mode: 'vepa' });
    expect(linkOf('tun0').details).toMatchObject({ type: 'tun', persist: true });
    expect(linkOf('br0').details).toMatchObject({ stp_state: 0, vlan_filtering: 0 });
  });

  it('has the state of a bridge port', () => {
    const expected = truth.find(({ ifname }) => ifname === 'v1')?.linkinfo?.info_slave_data;
    const { port } = linkOf('v1');
    expect(port).toMatchObject({ hairpin: true, isolated: true, guard: false, state: 'forwarding' });
    for (const [key, value] of Object.entries(port ?? {})) {
      if (expected !== undefined && key in expected)
        expect([key, unpadded(value)]).toEqual([key, expected[key]]);
    }
  });

  it('has the peer that ethtool knows, where netlink leaves doubt', () => {
    // Both ends are here and name each other: no doubt.
    expect(linkOf('v0').ethtoolPeer).toBeUndefined();
    const links = structuredClone(state.links);
    for (const link of links) if (link.name === 'v0') delete link.link;
    inNamespace(`/proc/${lab.pid}/ns/net`, () => addEthtool(links));
    expect(links.find(({ name }) => name === 'v0')?.ethtoolPeer).toBe(linkOf('v1').index);
  });

  it('has alternative names', () => {
    const expected = truth.find(({ ifname }) => ifname === 'v0')?.altnames;
    expect(expected).toHaveLength(2);
    expect(linkOf('v0').details.altnames).toEqual(expected);
  });

  it('has the alias and statistics that never run behind what ip saw before', () => {
    expect(linkOf('v0').alias).toBe('the left end');
    for (const { ifname, stats64 } of truth) {
      expect(linkOf(ifname).statistics?.rxPackets).toBeGreaterThanOrEqual(stats64?.rx.packets ?? 0);
      expect(linkOf(ifname).statistics?.txBytes).toBeGreaterThanOrEqual(stats64?.tx.bytes ?? 0);
    }
  });
});

describe('a veth whose other namespace is being removed', () => {
  it('has its peer in a namespace without id, not in its own', () => {
    // IFLA_LINK_NETNSID is NETNSA_NSID_NOT_ASSIGNED then (peernet2id_alloc in net/core/net_namespace.c).
    const veth = (index: number, peer: number): Buffer => {
      const header = Buffer.alloc(16);
      header.writeInt32LE(index, 4);
      const kind = attribute(18, attribute(1, Buffer.from('veth\0')));
      const name = attribute(3, Buffer.from(`v${index}\0`));
      return Buffer.concat([header, name, kind, attribute(5, u32(peer)), attribute(37, u32(-1))]);
    };
    const links = readLinks(
      {
        dump: (type, _body, handle) => {
          // Two such pairs whose indexes are each other's.
          if (type === 18) for (const bytes of [veth(2, 3), veth(3, 2)]) handle(16, bytes, 0, bytes.length);
          return true;
        },
      },
      { statistics: false, configurations: false },
    ).links;
    const { namespaces } = buildTopology(buildSnapshot({ namespaces: { 0: { links } } }));
    for (const { peer, peerNote } of namespaces[0]?.links ?? []) {
      expect(peer).toBeNull();
      expect(peerNote).toContain('gave no id');
    }
    expect(namespaces[0]?.links).toHaveLength(2);
  });
});
