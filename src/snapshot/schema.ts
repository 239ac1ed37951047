/**
 * The host state that every layer above `host/` works from: plain data, written by `netscope snapshot`,
 * stored in recordings, validated when read. What the kernel said is kept as it said it; conclusions
 * (who is whose veth peer, which bridge is which Docker network) are drawn in `topology/`.
 *
 * Namespaces are named by their inode link, `net:[4026531840]`, everywhere.
 */
import { z } from 'zod';
import { snapshotSchemaName } from './create.ts';

const namespaceId = z.string().regex(/^net:\[\d+\]$/);

const address = z.object({
  /** Address with prefix length, as `ip addr` prints it: `172.17.0.2/16`, `fe80::1/64`. */
  cidr: z.string(),
  /** rtnetlink scope: global, site, link, host, nowhere. */
  scope: z.string().default('global'),
  /** Peer address of a point-to-point link, or the broadcast address. */
  peer: z.string().optional(),
  broadcast: z.string().optional(),
  /** IFA_F_* names: permanent, secondary, tentative, dadfailed, deprecated, ... */
  flags: z.array(z.string()).default([]),
});

const statistics = z.object({
  rxPackets: z.number(),
  rxBytes: z.number(),
  rxErrors: z.number(),
  rxDropped: z.number(),
  txPackets: z.number(),
  txBytes: z.number(),
  txErrors: z.number(),
  txDropped: z.number(),
});

const link = z.object({
  index: z.number().int(),
  name: z.string(),
  /** IFLA_INFO_KIND (`veth`, `bridge`, `vxlan`, ...); without one, `loopback`, `physical` or `unknown`. */
  kind: z.string(),
  mac: z.string().default(''),
  mtu: z.number().default(0),
  /** IFF_* names in lower case: up, running, lower_up, promisc, ... */
  flags: z.array(z.string()).default([]),
  /** IFLA_OPERSTATE as `ip link` prints it: UP, DOWN, LOWERLAYERDOWN, UNKNOWN, ... */
  operstate: z.string().default('UNKNOWN'),
  /** IFLA_QDISC: the queueing discipline at its root: noqueue, fq_codel, netem, ... */
  qdisc: z.string().optional(),
  /** IFLA_MASTER: ifindex of the bridge, bond, VRF or OVS datapath this link is a port of. */
  master: z.number().int().optional(),
  /** IFLA_LINK: ifindex of the veth peer or the lower device; in namespace `linkNsid` if that is given. */
  link: z.number().int().optional(),
  /** IFLA_LINK_NETNSID: id, valid in this link's own namespace, of the namespace `link` counts in; -1 for one without id. */
  linkNsid: z.number().int().optional(),
  /** The name of a veth's peer in a namespace that was not found, as the kernel shows it by the id. */
  farName: z.string().optional(),
  /** ETHTOOL_GSTATS `peer_ifindex` of a veth, where it was asked for. */
  ethtoolPeer: z.number().int().optional(),
  addresses: z.array(address).default([]),
  alias: z.string().optional(),
  statistics: statistics.optional(),
  /** What the kind has, by the names `ip -d -j link` gives them: VXLAN id, VLAN id, macvlan mode, ... */
  details: z.record(z.string(), z.unknown()).default({}),
  /** Bridge port attributes (IFLA_INFO_SLAVE_DATA of kind bridge): state, hairpin, isolated, ... */
  port: z.record(z.string(), z.unknown()).optional(),
});

const route = z.object({
  family: z.enum(['ip', 'ip6']),
  /** `default`, or a prefix: `172.17.0.0/16`. */
  destination: z.string(),
  /** rtm_type: unicast, local, broadcast, blackhole, unreachable, prohibit, throw, multicast, anycast, nat. */
  type: z.string().default('unicast'),
  gateway: z.string().optional(),
  /** Output interface: its index and name. */
  interfaceIndex: z.number().int().optional(),
  interface: z.string().optional(),
  preferredSource: z.string().optional(),
  /** Table number: 254 is main, 255 local, 253 default. */
  table: z.number().int().default(254),
  metric: z.number().int().default(0),
  protocol: z.string().default(''),
  scope: z.string().default('global'),
  /** `from` prefix of source-specific routes. */
  source: z.string().optional(),
  flags: z.array(z.string()).default([]),
  mtu: z.number().int().optional(),
  /** Next hops of a multipath route. */
  nexthops: z
    .array(
      z.object({
        gateway: z.string().optional(),
        interfaceIndex: z.number().int().optional(),
        interface: z.string().optional(),
        weight: z.number().int().default(1),
      }),
    )
    .optional(),
});

const policyRule = z.object({
  family: z.enum(['ip', 'ip6']),
  priority: z.number().int(),
  /** fr_act: to_tbl, goto, nop, blackhole, unreachable, prohibit. */
  action: z.string().default('to_tbl'),
  table: z.number().int().optional(),
  source: z.string().optional(),
  destination: z.string().optional(),
  mark: z.number().optional(),
  markMask: z.number().optional(),
  inInterface: z.string().optional(),
  outInterface: z.string().optional(),
  protocol: z.number().int().optional(),
  sourcePorts: z.tuple([z.number(), z.number()]).optional(),
  destinationPorts: z.tuple([z.number(), z.number()]).optional(),
  tos: z.number().optional(),
  uids: z.tuple([z.number(), z.number()]).optional(),
  invert: z.boolean().default(false),
  gotoPriority: z.number().int().optional(),
  suppressPrefixLength: z.number().int().optional(),
});

const neighbour = z.object({
  address: z.string(),
  mac: z.string().optional(),
  interfaceIndex: z.number().int(),
  interface: z.string(),
  /** NUD_*: REACHABLE, STALE, DELAY, PROBE, FAILED, INCOMPLETE, PERMANENT, NOARP. */
  state: z.string(),
  flags: z.array(z.string()).default([]),
});

const fdbEntry = z.object({
  mac: z.string(),
  /** The port or VXLAN device that holds the entry. */
  interfaceIndex: z.number().int(),
  interface: z.string(),
  /** Bridge ifindex, for entries of a bridge. */
  master: z.number().int().optional(),
  vlan: z.number().int().optional(),
  /** Remote VTEP of a VXLAN entry. */
  destination: z.string().optional(),
  vni: z.number().int().optional(),
  port: z.number().int().optional(),
  state: z.string().default(''),
  flags: z.array(z.string()).default([]),
});

const mdbEntry = z.object({
  /** Bridge ifindex. */
  bridge: z.number().int(),
  /** The port whose side has a member of the group; the bridge itself for the host's own. */
  interfaceIndex: z.number().int(),
  interface: z.string(),
  /** Multicast address: IPv4, IPv6 or MAC. */
  group: z.string(),
  /** The sender that it is of: an (S, G) entry of IGMPv3 or MLDv2. */
  source: z.string().optional(),
  vlan: z.number().int().optional(),
  /** `temp` for one that was learned, `permanent` for one that was set. */
  state: z.string(),
});

const process = z.object({ pid: z.number().int(), command: z.string() });

const listener = z.object({
  protocol: z.enum(['tcp', 'udp', 'udplite', 'raw', 'sctp', 'dccp']),
  family: z.enum(['ip', 'ip6']),
  address: z.string(),
  port: z.number().int(),
  /** IPV6_V6ONLY of an ip6 socket, where known: false means that it also takes IPv4. */
  v6only: z.boolean().optional(),
  inode: z.number().int(),
  /** rx_queue and tx_queue: for a listening TCP socket, the accept queue and its limit where known. */
  receiveQueue: z.number().optional(),
  sendQueue: z.number().optional(),
  processes: z.array(process).default([]),
});

export const rulesBackends = ['iptables-nft', 'iptables-legacy', 'nftables'] as const;

const ruleset = z.object({
  backend: z.enum(rulesBackends),
  /** `ip` and `ip6` for iptables; `inet` for a dump that holds both, or an nft dump, which holds every family. */
  family: z.enum(['ip', 'ip6', 'inet']),
  /** The dump as the tool printed it (`iptables-save -c`, `nft -j list ruleset`); absent when it failed. */
  text: z.string().optional(),
  /** The tool's own words when it could not read the rules. */
  error: z.string().optional(),
});

const tuple = z.object({
  source: z.string(),
  destination: z.string(),
  sourcePort: z.number().int().optional(),
  destinationPort: z.number().int().optional(),
  icmpType: z.number().int().optional(),
  icmpCode: z.number().int().optional(),
  icmpId: z.number().int().optional(),
});

const conntrackEntry = z.object({
  family: z.enum(['ip', 'ip6']),
  /** IANA protocol number. */
  protocol: z.number().int(),
  original: tuple,
  reply: tuple,
  /** TCP state in conntrack's words: SYN_SENT, ESTABLISHED, ... */
  state: z.string().optional(),
  /** Seconds until the entry expires. */
  timeout: z.number().optional(),
  mark: z.number().optional(),
  zone: z.number().optional(),
  /** IPS_* in lower case: assured, unreplied, seen_reply, src_nat, dst_nat, dying, ... */
  status: z.array(z.string()).default([]),
  packets: z.object({ original: z.number(), reply: z.number() }).optional(),
  bytes: z.object({ original: z.number(), reply: z.number() }).optional(),
});

export const namespaceSources = ['process', 'thread', 'bind-mount', 'fd', 'socket'] as const;

const namespace = z.object({
  id: namespaceId,
  /** True for the namespace of PID 1: the host's own. */
  host: z.boolean().default(false),
  /** What keeps it alive, as far as netscope found it. */
  sources: z.array(z.enum(namespaceSources)).default([]),
  /** Names that bind mounts give it: `blue` of /run/netns/blue, `1-x7f2` of /run/docker/netns. */
  names: z.array(z.string()).default([]),
  /** Paths of its bind mounts. */
  paths: z.array(z.string()).default([]),
  processes: z.array(process).default([]),
  /** Processes that keep it by a descriptor or a socket and live elsewhere. */
  holders: z.array(process).default([]),
  /** The user namespace that owns it, `user:[...]`. */
  owner: z.string().optional(),
  /** Ids that are valid in this namespace, and the namespaces they mean (RTM_GETNSID). */
  nsids: z.array(z.object({ nsid: z.number().int(), namespace: namespaceId })).default([]),
  links: z.array(link).default([]),
  routes: z.array(route).default([]),
  policyRules: z.array(policyRule).default([]),
  neighbours: z.array(neighbour).default([]),
  fdb: z.array(fdbEntry).default([]),
  /** Multicast groups that bridges forward to some ports only. */
  mdb: z.array(mdbEntry).default([]),
  listeners: z.array(listener).default([]),
  /** Sysctls by their dotted names: `net.ipv4.ip_forward`. */
  sysctls: z.record(z.string(), z.string()).default({}),
  /** Counters of /proc/net/netstat and snmp that diagnosis reads: `TcpExt.ListenOverflows`. */
  counters: z.record(z.string(), z.number()).default({}),
  rulesets: z.array(ruleset).default([]),
  /** `ipset save` and `ipvsadm -Sn`, where there is anything. */
  ipsets: z.string().optional(),
  ipvs: z.string().optional(),
  conntrack: z.array(conntrackEntry).default([]),
  /** /etc/resolv.conf and /etc/hosts as the namespace's processes see them. */
  resolvConf: z.string().optional(),
  hosts: z.string().optional(),
  /** Why this namespace, or part of it, could not be read. */
  unreadable: z.array(z.string()).default([]),
});

const endpoint = z.object({
  network: z.string(),
  networkId: z.string().default(''),
  address: z.string().default(''),
  address6: z.string().default(''),
  gateway: z.string().default(''),
  gateway6: z.string().default(''),
  mac: z.string().default(''),
  aliases: z.array(z.string()).default([]),
});

const publishedPort = z.object({
  protocol: z.string(),
  containerPort: z.number().int(),
  hostAddress: z.string(),
  hostPort: z.number().int(),
});

const container = z.object({
  id: z.string(),
  name: z.string(),
  engine: z.string(),
  image: z.string().default(''),
  state: z.string(),
  /** PID of its first process; 0 when it does not run. */
  pid: z.number().int().default(0),
  /** The namespace that it runs in; absent when it does not run. */
  namespace: namespaceId.optional(),
  /** `bridge`, `host`, `none`, `container:<id>` or a network's name, as the engine says. */
  networkMode: z.string(),
  endpoints: z.array(endpoint).default([]),
  published: z.array(publishedPort).default([]),
  /** Ports that the image or the run command declares: `80/tcp`. */
  exposed: z.array(z.string()).default([]),
  /** NetworkSettings.SandboxKey: where the engine keeps the namespace bound. */
  sandboxKey: z.string().optional(),
  labels: z.record(z.string(), z.string()).default({}),
  /** Where the engine itself has pods (Podman): which one, and whether this container is there only to hold its namespaces. */
  pod: z.object({ name: z.string(), sandbox: z.boolean() }).optional(),
});

const network = z.object({
  id: z.string(),
  name: z.string(),
  engine: z.string(),
  driver: z.string(),
  scope: z.string().default('local'),
  internal: z.boolean().default(false),
  ipv6: z.boolean().default(false),
  subnets: z.array(z.object({ subnet: z.string(), gateway: z.string().optional() })).default([]),
  /** Driver options: `com.docker.network.bridge.name`, `parent`, `macvlan_mode`, ... */
  options: z.record(z.string(), z.string()).default({}),
  /** Podman: the bridge, or the lower device of a macvlan or ipvlan network. */
  interface: z.string().optional(),
  /** Podman: whether its resolver knows the containers of this network by name. */
  names: z.boolean().optional(),
  labels: z.record(z.string(), z.string()).default({}),
});

const engine = z.object({
  kind: z.string(),
  version: z.string(),
  socket: z.string().optional(),
});

/** A bridge as the database of Open vSwitch has it; the kernel has one datapath for all of them. */
const switchBridge = z.object({
  name: z.string(),
  ports: z.array(
    z.object({
      name: z.string(),
      /** The VLAN of an access port. */
      tag: z.number().int().optional(),
      /** The VLANs that a trunk port passes; without any, all. */
      trunks: z.array(z.number().int()).optional(),
      /** More than one for a bond. `type` is empty for a link of the host, else internal, patch, vxlan, gre, geneve, stt, ... */
      interfaces: z.array(
        z.object({
          name: z.string(),
          type: z.string(),
          options: z.record(z.string(), z.string()).default({}),
        }),
      ),
    }),
  ),
});

export const snapshotSchema = z.object({
  schema: z.literal(snapshotSchemaName),
  /** ISO 8601 UTC. */
  takenAt: z.string(),
  netscope: z.string().default(''),
  host: z.object({
    hostname: z.string(),
    kernel: z.string(),
    engines: z.array(engine).default([]),
  }),
  namespaces: z.array(namespace),
  containers: z.array(container).default([]),
  networks: z.array(network).default([]),
  /** Bridges of Open vSwitch, where its database answered. */
  switches: z.array(switchBridge).optional(),
  warnings: z.array(z.string()).default([]),
});

export type HostSnapshot = z.infer<typeof snapshotSchema>;
export type NamespaceState = z.infer<typeof namespace>;
export type LinkState = z.infer<typeof link>;
export type RouteState = z.infer<typeof route>;
export type PolicyRule = z.infer<typeof policyRule>;
export type Neighbour = z.infer<typeof neighbour>;
export type FdbEntry = z.infer<typeof fdbEntry>;
export type Listener = z.infer<typeof listener>;
export type ProcessState = z.infer<typeof process>;
export type RulesetDump = z.infer<typeof ruleset>;
export type RulesBackend = (typeof rulesBackends)[number];
export type NamespaceSource = (typeof namespaceSources)[number];
export type ConntrackEntry = z.infer<typeof conntrackEntry>;
export type ConntrackTuple = z.infer<typeof tuple>;
export type Container = z.infer<typeof container>;
export type SwitchBridge = z.infer<typeof switchBridge>;
export type EngineNetwork = z.infer<typeof network>;
export type Engine = z.infer<typeof engine>;
