/** Systems of container networking that a host takes part in, recognised by what they leave in the kernel. */

export type SystemName =
  | 'docker-bridge'
  | 'docker-host'
  | 'docker-none'
  | 'docker-container'
  | 'docker-overlay'
  | 'docker-swarm'
  | 'docker-dns'
  | 'br-netfilter'
  | 'bridge-rules'
  | 'macvlan'
  | 'ipvlan'
  | 'kubernetes'
  | 'flannel'
  | 'calico'
  | 'weave'
  | 'open-vswitch'
  | 'gre'
  | 'nvgre'
  | 'stt'
  | 'neutron'
  | 'libvirt'
  | 'kvm'
  | 'podman'
  | 'lxd'
  | 'netns-lab';

export interface SystemLink {
  /** Name of the namespace. */
  readonly namespace: string;
  readonly name: string;
  readonly index: number;
}

/** A virtual address or port, and where what is sent to it goes. */
export interface SystemService {
  readonly name: string;
  readonly protocol: string;
  /** Null for a port of every address of the host. */
  readonly address: string | null;
  readonly port: number | null;
  /** The mark by which IPVS knows it, where it is known by a mark. */
  readonly mark: number | null;
  readonly endpoints: readonly {
    readonly address: string;
    readonly port: number | null;
    readonly container: string | null;
  }[];
}

/** Where packets for addresses on another host are sent. */
export interface SystemRemote {
  /** The other host's address in the network below. */
  readonly host: string;
  /** A prefix, an address or a MAC address that is behind it. */
  readonly behind: string;
  readonly by: 'fdb' | 'route' | 'tunnel';
}

export interface System {
  readonly system: SystemName;
  /** Which one, where there may be several: a network's name, a backend. */
  readonly name: string;
  /** What proves it: one fact each, as found on the host. */
  readonly evidence: readonly string[];
  /** Name of the namespace that it is seen in first. */
  readonly namespace: string;
  readonly links: readonly SystemLink[];
  readonly containers: readonly string[];
  readonly services: readonly SystemService[];
  readonly remotes: readonly SystemRemote[];
  /** Ways through it, hop by hop: `web:eth0`, `1-abcdefghij:veth0`, ... */
  readonly ways: readonly (readonly string[])[];
}
