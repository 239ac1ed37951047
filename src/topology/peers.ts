/**
 * Who is whose veth peer. Each end of a pair makes a statement: IFLA_LINK is the peer's ifindex, counted in
 * the namespace that IFLA_LINK_NETNSID names; without a NETNSID, in the end's own namespace
 * (rtnl_fill_link_netnsid, net/core/rtnetlink.c). An ifindex alone says nothing: every container has an
 * interface 2. A pair is taken when at least one end names the other exactly and the other end's statement
 * allows it. Anything less is no peer, with the reason; a snapshot is not read in one instant, so ends that
 * contradict each other do occur on a host that is changing.
 */
import type { LinkState, NamespaceState } from '../snapshot/schema.ts';
import { type LinksIndex, whyUnread } from './links-index.ts';
import type { LinkEnd } from './model.ts';

export interface PeerFinding {
  readonly peer: LinkEnd | null;
  readonly note: string | null;
}

/** Kinds that come in pairs and report the other end by IFLA_LINK. */
const pairedKinds: ReadonlySet<string> = new Set(['veth', 'netkit', 'vxcan']);

export function isPaired(kind: string): boolean {
  return pairedKinds.has(kind);
}

type Statement =
  /** `own`: no NETNSID was given, which means the end's own namespace. */
  | { readonly says: 'where'; readonly namespace: string; readonly index: number; readonly own: boolean }
  | { readonly says: 'index'; readonly index: number; readonly why: string }
  | { readonly says: 'nothing'; readonly why: string }
  | { readonly says: 'nonsense'; readonly why: string };

interface End {
  readonly namespace: NamespaceState;
  readonly link: LinkState;
  readonly statement: Statement;
  /** Ends that one side names and the other side allows. */
  readonly pairs: Set<End>;
}

/** Peers of every paired link, by namespace id and ifindex. `nameOf` is how notes call a namespace. */
export function findPeers(
  index: LinksIndex,
  nameOf: (namespace: string) => string,
): ReadonlyMap<string, ReadonlyMap<number, PeerFinding>> {
  const ends = new Map<string, Map<number, End>>();
  for (const namespace of index.namespaces.values()) {
    const own = new Map<number, End>();
    for (const link of namespace.links) {
      if (!isPaired(link.kind)) continue;
      own.set(link.index, {
        namespace,
        link,
        statement: statementOf(namespace, link, index),
        pairs: new Set(),
      });
    }
    ends.set(namespace.id, own);
  }
  for (const own of ends.values()) {
    for (const end of own.values()) {
      if (end.statement.says !== 'where') continue;
      const other = ends.get(end.statement.namespace)?.get(end.statement.index);
      if (other !== undefined && allows(other, end, index)) {
        end.pairs.add(other);
        other.pairs.add(end);
      }
    }
  }
  const findings = new Map<string, Map<number, PeerFinding>>();
  for (const [id, own] of ends) {
    const found = new Map<number, PeerFinding>();
    for (const [ifindex, end] of own) found.set(ifindex, findingOf(end, index, nameOf));
    findings.set(id, found);
  }
  return findings;
}

function statementOf(namespace: NamespaceState, link: LinkState, index: LinksIndex): Statement {
  // Before Linux 5.0 IFLA_LINK was left out when both ends have the same ifindex.
  const told = link.link ?? (link.linkNsid === undefined ? undefined : link.index);
  if (told !== undefined && told > 0 && link.ethtoolPeer !== undefined && link.ethtoolPeer !== told) {
    return {
      says: 'nonsense',
      why: `netlink says that its peer is interface ${told}, ethtool says ${link.ethtoolPeer}`,
    };
  }
  if (told === undefined) {
    if (link.ethtoolPeer === undefined) return { says: 'nothing', why: 'the kernel named no peer' };
    return {
      says: 'index',
      index: link.ethtoolPeer,
      why: `ethtool says that its peer is interface ${link.ethtoolPeer}, and nothing says in which namespace`,
    };
  }
  if (told <= 0) return { says: 'nothing', why: 'the kernel named no peer: the pair is being removed' };
  if (link.linkNsid === undefined) {
    return { says: 'where', namespace: namespace.id, index: told, own: true };
  }
  const target = index.namespaceOfNsid(namespace.id, link.linkNsid);
  if (target !== undefined) return { says: 'where', namespace: target, index: told, own: false };
  return {
    says: 'index',
    index: told,
    why:
      link.linkNsid < 0
        ? `its peer is interface ${told} of a namespace that the kernel gave no id`
        : `its peer is interface ${told}${link.farName === undefined ? '' : ` (${link.farName})`} of the namespace with id ${link.linkNsid} here, which is none of those that were found`,
  };
}

/** Whether what `end` says leaves room for `other`, which names `end` exactly, to be its peer. */
function allows(end: End, other: End, index: LinksIndex): boolean {
  if (end === other || end.link.kind !== other.link.kind) return false;
  const { statement } = end;
  const sameNamespace = end.namespace === other.namespace;
  switch (statement.says) {
    case 'nonsense':
      return false;
    case 'nothing':
      return namesByNsid(other);
    case 'where':
      if (statement.index !== other.link.index) return false;
      // A NETNSID can be lost on the way into a snapshot; then the other end's own one is the better word.
      return statement.namespace === other.namespace.id || (statement.own && namesByNsid(other));
    case 'index': {
      if (statement.index !== other.link.index || !namesByNsid(other)) return false;
      if (end.link.linkNsid === undefined) return true;
      const known = index.nsidOf(end.namespace.id, other.namespace.id);
      return !sameNamespace && (known === undefined || known === end.link.linkNsid);
    }
  }
}

/** Two ends in one namespace come from one dump, so there each has to name the other. */
function namesByNsid(end: End): boolean {
  return end.statement.says === 'where' && !end.statement.own;
}

function findingOf(end: End, index: LinksIndex, nameOf: (namespace: string) => string): PeerFinding {
  const [other, ...more] = end.pairs;
  const call = (some: End) => `${some.link.name} (${some.link.index}) of ${nameOf(some.namespace.id)}`;
  if (other === undefined) return { peer: null, note: whyNone(end, index, nameOf) };
  if (more.length > 0) {
    return {
      peer: null,
      note: `${[other, ...more].map(call).join(' and ')} each say that they are its peer`,
    };
  }
  if (other.pairs.size > 1) {
    return { peer: null, note: `its peer would be ${call(other)}, which other interfaces also name` };
  }
  return {
    peer: { namespace: other.namespace.id, index: other.link.index, name: other.link.name },
    note: null,
  };
}

function whyNone(end: End, index: LinksIndex, nameOf: (namespace: string) => string): string {
  const { statement } = end;
  if (statement.says !== 'where') return statement.why;
  const where = `interface ${statement.index} of ${nameOf(statement.namespace)}`;
  const namespace = index.namespaces.get(statement.namespace);
  if (namespace === undefined) return `its peer is ${where}, a namespace that was not found`;
  const other = index.linkAt(statement.namespace, statement.index);
  if (other === undefined) {
    const reason = whyUnread(namespace);
    if (reason !== undefined) return `its peer is ${where}, which could not be read: ${reason}`;
    return `its peer is ${where}, which was not there when that namespace was read`;
  }
  if (other.kind !== end.link.kind)
    return `its peer is ${where}, but ${other.name} there is no ${end.link.kind}`;
  return `its peer is ${where}, but ${other.name} there names another peer`;
}
