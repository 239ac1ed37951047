/** The graph of `netscope topology --json`: see the contract in docs/contract.md. */
import type { Listener, NamespaceSource, Neighbour, RouteState } from '../snapshot/schema.ts';
import type { System } from './systems/model.ts';

export const topologySchemaName = 'netscope.topology/1';

export interface Topology {
  readonly schema: typeof topologySchemaName;
  readonly host: {
    readonly hostname: string;
    readonly kernel: string;
    readonly engines: readonly { readonly kind: string; readonly version: string }[];
  };
  readonly namespaces: readonly TopologyNamespace[];
  readonly bridges: readonly Bridge[];
  readonly publishedPorts: readonly PublishedPort[];
  /** Docker, Kubernetes, Open vSwitch and others, as far as they left their marks on this host. */
  readonly systems: readonly System[];
  /** Containers that are in no namespace, because they do not run. */
  readonly stoppedContainers: readonly TopologyContainer[];
  readonly warnings: readonly string[];
  /** Seconds that the rates of the links are taken over; null where they have none. Only with their statistics. */
  readonly statisticsSeconds?: number | null;
}

export type NamespaceKind =
  | 'host'
  | 'container'
  | 'pod'
  | 'named'
  | 'docker-overlay'
  | 'docker-ingress'
  | 'neutron'
  | 'anonymous';

export interface TopologyNamespace {
  readonly id: string;
  /** What people call it: `host`, the container's name, the bind mount's name, else its id. Unique in a topology. */
  readonly name: string;
  readonly names: readonly string[];
  readonly kind: NamespaceKind;
  readonly sources: readonly NamespaceSource[];
  readonly pids: readonly number[];
  /** The user namespace that owns it, `user:[...]`; absent where that is not known. */
  readonly owner?: string;
  /** Why it could not be read, where its links are none for that reason. */
  readonly unread?: string;
  readonly containers: readonly TopologyContainer[];
  readonly links: readonly Link[];
  readonly routes: readonly RouteState[];
  readonly neighbours: readonly Neighbour[];
  readonly listeners: readonly Listener[];
  readonly sysctls: Readonly<Record<string, string>>;
}

export interface TopologyContainer {
  readonly id: string;
  readonly name: string;
  readonly engine: string;
  readonly state: string;
  readonly networkMode: string;
  readonly networks: readonly { readonly name: string; readonly address: string; readonly driver: string }[];
  /** `namespace/name` of its Kubernetes pod, or the name of its Podman pod. */
  readonly pod?: string;
  /** `project/service` of Docker Compose, or a swarm service's name. */
  readonly service?: string;
}

/** One end of a link in some namespace; `namespace` is an id, `net:[...]`. */
export interface LinkEnd {
  readonly namespace: string;
  readonly index: number;
  readonly name: string;
}

export interface Link {
  readonly index: number;
  readonly name: string;
  readonly kind: string;
  readonly mac: string;
  readonly mtu: number;
  readonly state: 'up' | 'down' | 'no-carrier';
  readonly addresses: readonly string[];
  readonly peer: LinkEnd | null;
  /** Why the peer of a veth is not known; null where it is, and for links that have none. */
  readonly peerNote: string | null;
  readonly master: { readonly index: number; readonly name: string } | null;
  readonly parent: LinkEnd | null;
  /** Why the lower device is not known, where the kernel named one. */
  readonly parentNote?: string;
  readonly details: Readonly<Record<string, unknown>>;
  /** Only where it was asked for; null where the counters could not be read. */
  readonly statistics?: LinkStatistics | null;
}

/** As `ip -s link` counts them. */
export interface LinkStatistics {
  readonly rx: LinkCounters;
  readonly tx: LinkCounters;
  /** null where there is no earlier look to compare with. */
  readonly perSecond: { readonly rx: LinkCounters; readonly tx: LinkCounters } | null;
}

export interface LinkCounters {
  readonly bytes: number;
  readonly packets: number;
  readonly errors: number;
  readonly dropped: number;
}

export interface Bridge {
  /** Name of the namespace that holds it. */
  readonly namespace: string;
  readonly name: string;
  readonly index: number;
  /** The engine's network that the bridge carries; null when no engine claims it. */
  readonly network: string | null;
  readonly addresses: readonly string[];
  readonly members: readonly BridgeMember[];
  /** Who is known on the segment, from the forwarding and neighbour tables. */
  readonly hosts?: readonly BridgeHost[];
}

/** A MAC address that a bridge knows, and whose it is. */
export interface BridgeHost {
  readonly mac: string;
  /** The port it is behind; null where only the neighbour table has it. */
  readonly port: string | null;
  readonly vlan: number | null;
  /** Addresses that the bridge's namespace has resolved to it. */
  readonly addresses: readonly string[];
  /** Name of the container that has an interface with this MAC address on the segment. */
  readonly container: string | null;
}

export interface BridgeMember {
  readonly name: string;
  readonly index: number;
  readonly state: 'disabled' | 'listening' | 'learning' | 'forwarding' | 'blocking' | 'unknown';
  readonly hairpin: boolean;
  /** IFLA_BRPORT_ISOLATED: the port does not talk to other isolated ports. */
  readonly isolated: boolean;
  /** `namespace` is a name here. */
  readonly peer: { readonly namespace: string; readonly name: string; readonly index: number } | null;
  /** Names of the containers that live behind the port. */
  readonly containers: readonly string[];
}

/** Docker's, and those of Podman without root. */
export type PortProxy = 'docker-proxy' | 'rootlessport' | 'slirp4netns' | 'pasta';

export interface PublishedPort {
  readonly container: string;
  readonly protocol: string;
  readonly hostAddress: string;
  readonly hostPort: number;
  readonly containerPort: number;
  /** What makes it work on this host: a DNAT rule, or a process that listens for the container. */
  readonly by: readonly ('iptables' | 'nftables' | 'ipvs' | PortProxy)[];
}
