/**
 * The lower device of a VLAN, macvlan, ipvlan, tunnel, VXLAN and the like. Like a veth peer it is an ifindex in
 * a namespace, and the namespace may be another one: Docker's macvlan interfaces live in containers and their
 * parent on the host.
 */
import type { LinkState, NamespaceState } from '../snapshot/schema.ts';
import { type LinksIndex, whyUnread } from './links-index.ts';
import type { LinkEnd } from './model.ts';
import { isPaired } from './peers.ts';

/**
 * Kinds whose IFLA_LINK is a lower device even where it equals the link's own ifindex. Other kinds have no
 * ndo_get_iflink; moved to another namespace they report their own ifindex (nla_put_iflink, net/core/rtnetlink.c).
 */
const stackedKinds: ReadonlySet<string> = new Set([
  'vlan',
  'macvlan',
  'macvtap',
  'ipvlan',
  'ipvtap',
  'macsec',
  'gre',
  'gretap',
  'erspan',
  'ipip',
  'sit',
  'vti',
  'ip6gre',
  'ip6gretap',
  'ip6erspan',
  'ip6tnl',
  'vti6',
  'xfrm',
]);

export interface ParentFinding {
  readonly parent: LinkEnd | null;
  /** Why the lower device is not known, where there is one. */
  readonly note?: string;
}

const none: ParentFinding = { parent: null };

/** The lower device of a link. */
export function findParent(namespace: NamespaceState, link: LinkState, index: LinksIndex): ParentFinding {
  if (isPaired(link.kind)) return none;
  if (typeof link.details.physfn === 'string') return physicalFunction(link.details.physfn, index);
  const ifindex = lowerIndex(namespace, link);
  if (ifindex === undefined) return none;
  const where =
    link.linkNsid === undefined ? namespace.id : index.namespaceOfNsid(namespace.id, link.linkNsid);
  if (where === undefined) {
    return {
      parent: null,
      note: `its lower device is interface ${ifindex} of a namespace that ${
        (link.linkNsid ?? 0) < 0 ? 'the kernel gave no id' : `was not found (id ${link.linkNsid} here)`
      }`,
    };
  }
  const parent = index.linkAt(where, ifindex);
  if (parent === undefined) {
    const reason = whyUnread(index.namespaces.get(where));
    return {
      parent: null,
      note: `its lower device is interface ${ifindex} of ${where}, which ${reason === undefined ? 'was not there' : `could not be read: ${reason}`}`,
    };
  }
  return { parent: { namespace: where, index: ifindex, name: parent.name } };
}

/** The card that a virtual function of SR-IOV is part of. */
function physicalFunction(address: string, index: LinksIndex): ParentFinding {
  const [only, another] = index.linksOfDevice(address);
  if (only === undefined) return { parent: null, note: `no interface of its card ${address} was found` };
  // Some cards have all of their ports on one function.
  if (another !== undefined) return { parent: null, note: `its card ${address} has several interfaces` };
  return { parent: { namespace: only.namespace, index: only.link.index, name: only.link.name } };
}

/** Kinds that cannot be without a lower device; a tunnel can. */
const alwaysStackedKinds: ReadonlySet<string> = new Set([
  'vlan',
  'macvlan',
  'macvtap',
  'ipvlan',
  'ipvtap',
  'macsec',
]);

function lowerIndex(namespace: NamespaceState, link: LinkState): number | undefined {
  // A VXLAN's IFLA_LINK is never its lower device: that is IFLA_VXLAN_LINK.
  if (link.kind === 'vxlan') return vxlanLower(namespace, link);
  if (link.link === undefined) {
    // Before Linux 5.0 an IFLA_LINK equal to the own ifindex was left out.
    return link.linkNsid !== undefined && alwaysStackedKinds.has(link.kind) ? link.index : undefined;
  }
  if (link.link <= 0) return undefined;
  if (link.link === link.index && !(link.linkNsid !== undefined && stackedKinds.has(link.kind)))
    return undefined;
  return link.link;
}

function vxlanLower(namespace: NamespaceState, link: LinkState): number | undefined {
  const lower = link.details.linkIndex ?? link.details.link;
  if (typeof lower === 'number') return lower > 0 ? lower : undefined;
  if (typeof lower !== 'string') return undefined;
  // `ip` prints if<ifindex> where it finds no name.
  const bare = /^if(\d+)$/.exec(lower)?.[1];
  if (bare !== undefined) return Number(bare);
  // A name is only good in the namespace it was looked up in: the link's own.
  if (link.linkNsid !== undefined) return undefined;
  return namespace.links.find((other) => other.name === lower)?.index;
}
