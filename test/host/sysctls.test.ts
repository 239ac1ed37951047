import { afterAll, beforeAll, expect, it } from 'vitest';
import type { NamespaceState } from '../../src/snapshot/schema.ts';
import { describeWithTools, type Lab, readLab, startLab } from './support.ts';

/** Every value that netscope takes from a message instead of a file is set to something unusual somewhere. */
const script = `
ip link add v0 type veth peer name v1
ip link add br0 type bridge
iptables-nft -A INPUT -j ACCEPT
ip link add v0.7 type veth peer name v2
set_() { echo "$2" > "/proc/sys/$1"; }
set_ net/ipv4/ip_forward 1
set_ net/ipv4/conf/all/rp_filter 2
set_ net/ipv4/conf/default/rp_filter 1
set_ net/ipv4/conf/all/route_localnet 1
set_ net/ipv4/conf/v0/rp_filter 2
set_ net/ipv4/conf/v0/route_localnet 1
set_ net/ipv4/conf/v0/arp_ignore 3
set_ net/ipv4/conf/v0/arp_announce 2
set_ net/ipv4/conf/v0/arp_filter 1
set_ net/ipv4/conf/v0/accept_local 1
set_ net/ipv4/conf/v0/proxy_arp 1
set_ net/ipv4/conf/v0/proxy_arp_pvlan 1
set_ net/ipv4/conf/v0/log_martians 1
set_ net/ipv4/conf/v0/src_valid_mark 1
set_ net/ipv4/conf/v0/send_redirects 0
set_ net/ipv4/conf/v1/forwarding 0
set_ net/ipv6/conf/v0/disable_ipv6 1
set_ net/ipv6/conf/v1/forwarding 1
set_ net/ipv6/conf/v1/proxy_ndp 1
set_ net/ipv6/conf/v1/accept_ra 2
set_ net/ipv4/ip_local_port_range '10000 20000'
set_ net/ipv4/ip_unprivileged_port_start 80
`;

describeWithTools(['unshare', 'nsenter', 'ip', 'iptables-nft'], 'sysctls', () => {
  let lab: Lab;
  let state: NamespaceState;

  beforeAll(async () => {
    lab = await startLab(script);
    state = readLab(lab).state;
  });
  afterAll(() => lab?.stop());

  /** The file of a key; the names of the interfaces of this lab are known. */
  const fileOf = (key: string): string => {
    const [, family, link, name] = /^net\.(ipv[46])\.conf\.(v0\.7|[^.]+)\.([^.]+)$/.exec(key) ?? [];
    return link === undefined ? key.replaceAll('.', '/') : `net/${family}/conf/${link}/${name}`;
  };

  it('have the values of /proc/sys, each', () => {
    const keys = Object.keys(state.sysctls);
    const values = lab.run('head', '-q', '-n', '1', ...keys.map((key) => `/proc/sys/${fileOf(key)}`)).trim();
    const truth = Object.fromEntries(
      values.split('\n').map((value, index) => [keys[index] ?? '', value.trim().replaceAll(/\s+/g, ' ')]),
    );
    expect(state.sysctls).toEqual(truth);
  });

  it('have the values of /proc/sys for the host too, which has more of them', () => {
    const host = readLab(lab, new Map(), true).state.sysctls;
    expect(Object.keys(host).length).toBeGreaterThan(Object.keys(state.sysctls).length);
    for (const [key, value] of Object.entries(host)) {
      const truth = lab
        .run('cat', `/proc/sys/${fileOf(key)}`)
        .trim()
        .replaceAll(/\s+/g, ' ');
      expect([key, value]).toEqual([key, truth]);
    }
  });

  it('cover what forwarding, filtering and tracking depend on', () => {
    expect(state.sysctls).toMatchObject({
      'net.ipv4.ip_forward': '1',
      'net.ipv4.conf.all.rp_filter': '2',
      'net.ipv4.conf.default.rp_filter': '1',
      'net.ipv4.conf.all.route_localnet': '1',
      'net.ipv4.conf.v0.route_localnet': '1',
      'net.ipv4.conf.v0.7.forwarding': '1',
      'net.ipv4.conf.lo.rp_filter': expect.any(String),
      'net.ipv6.conf.v0.disable_ipv6': '1',
      'net.ipv6.conf.all.forwarding': '0',
      'net.ipv4.ip_local_port_range': '10000 20000',
      'net.netfilter.nf_conntrack_max': expect.any(String),
      'net.netfilter.nf_conntrack_acct': expect.any(String),
      'net.bridge.bridge-nf-call-iptables': expect.any(String),
    });
  });

  it('come with the counters of netstat and snmp', () => {
    const nstat = Object.fromEntries(
      ['netstat', 'snmp'].flatMap((file) => {
        const lines = lab.run('cat', `/proc/net/${file}`).trim().split('\n');
        return lines.flatMap((line, at) => {
          if (at % 2 === 1) return [];
          const values = lines[at + 1]?.split(' ') ?? [];
          const [group = '', ...names] = line.split(' ');
          return names.map(
            (name, column) => [`${group.slice(0, -1)}.${name}`, Number(values[column + 1])] as const,
          );
        });
      }),
    );
    for (const [name, value] of Object.entries(state.counters))
      expect([name, value]).toEqual([name, nstat[name]]);
    expect(Object.keys(state.counters)).toEqual(
      expect.arrayContaining(['TcpExt.ListenOverflows', 'TcpExt.IPReversePathFilter', 'Ip.ForwDatagrams']),
    );
  });
});
