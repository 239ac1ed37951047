/** Ids that one namespace has for another: RTM_GETNSID (linux/net_namespace.h). */
import type { LinkState } from '../snapshot/schema.ts';
import { pairKinds } from './ethtool.ts';
import { attribute, forEachAttribute, signed32, text, u32 } from './ffi/attributes.ts';
import { NETLINK_ROUTE, NetlinkSocket } from './ffi/netlink.ts';
import { hardwareAddress } from './inet.ts';
import type { NamespaceReading } from './namespace-state.ts';
import type { NamespaceHandles } from './namespaces/handles.ts';
import { enterFound, withNamespace } from './namespaces/open.ts';

const RTM_NEWNSID = 88;
const RTM_GETNSID = 90;
const NETNSA_NSID = 1;
const NETNSA_FD = 3;

const RTM_NEWLINK = 16;
const RTM_GETLINK = 18;
const IFLA_ADDRESS = 1;
const IFLA_IFNAME = 3;
const IFLA_EXT_MASK = 29;
const IFLA_TARGET_NETNSID = 46;
const RTEXT_FILTER_SKIP_STATS = 8;

/** Questions that no link gave a hint for, in one snapshot: some 5 us each. */
const blindQuestions = 20_000;
/** As many candidates are asked about without looking at the far link first. */
const few = 2;

/**
 * Fills `nsids` of every namespace with the ids that its links use (IFLA_LINK_NETNSID).
 *
 * The kernel translates only from a namespace to its id, so it is asked about namespaces that can be meant:
 * those that have the link with the ifindex that the id goes with; where many do, as ifindexes are the same in all
 * namespaces that were made alike, the kernel first says what that link is. That is one or two questions a link, where
 * asking every namespace about every other would be the square of their number.
 */
export async function resolveNsids(
  readings: readonly NamespaceReading[],
  own: string,
  handles: NamespaceHandles,
  pause: () => Promise<void>,
): Promise<void> {
  const holders = new LinkHolders(readings);
  const mirror = new Mirror();
  let blind = blindQuestions;
  // The host's first: once its ends are known, so are the others.
  for (const reading of hostFirst(readings)) {
    const wanted = linksByNsid(reading.state.links);
    if (wanted.size === 0) continue;
    const asker = new Asker(reading, own, handles);
    try {
      for (const [nsid, links] of wanted) {
        let answer =
          asker.find(nsid, mirror.candidates(reading, links)) ?? findLikely(nsid, links, asker, holders);
        if (answer === undefined && blind > 0) {
          blind -= readings.length;
          answer = asker.find(nsid, readings);
        }
        if (answer === undefined) {
          for (const link of links) addFarName(link, asker.lookAt(nsid, link.link ?? link.index));
          continue;
        }
        reading.state.nsids.push({ nsid, namespace: answer });
        mirror.add(reading, links, answer);
      }
    } finally {
      asker.close();
    }
    await pause();
  }
}

/** What the kernel shows of a veth's other end in a namespace that nothing leads to. */
function addFarName(link: LinkState, far: FarLink | undefined): void {
  if (far !== undefined && far.name !== '' && pairKinds.has(link.kind)) link.farName = far.name;
}

/** Asks about the namespaces that the id can mean, likeliest first. */
function findLikely(
  nsid: number,
  links: readonly LinkState[],
  asker: Asker,
  holders: LinkHolders,
): string | undefined {
  for (const link of links) {
    const possible = holders.candidates(link);
    const far = possible.length > few ? asker.lookAt(nsid, link.link ?? link.index) : undefined;
    const answer =
      (far === undefined ? undefined : asker.find(nsid, holders.alike(far))) ?? asker.find(nsid, possible);
    if (answer !== undefined) return answer;
  }
  return undefined;
}

function hostFirst(readings: readonly NamespaceReading[]): NamespaceReading[] {
  return readings.toSorted((a, b) => Number(b.state.host) - Number(a.state.host));
}

/**
 * What the answer for one end of a veth lets one expect of the other. If the kernel says that the other end of link 9 here
 * is link 8 there, then the other end of link 8 there is link 9 here, unless that is another link 8 by now: the kernel is
 * asked all the same.
 */
class Mirror {
  /** Namespaces by the far end, `net:[...] ifindex`, and the near ifindex that it must name. */
  readonly #ends = new Map<string, { readonly namespace: NamespaceReading; readonly index: number }>();

  add(near: NamespaceReading, links: readonly LinkState[], far: string): void {
    for (const { kind, index, link } of links) {
      if (pairKinds.has(kind)) this.#ends.set(`${far} ${link ?? index}`, { namespace: near, index });
    }
  }

  candidates(reading: NamespaceReading, links: readonly LinkState[]): readonly NamespaceReading[] {
    for (const { kind, index, link } of links) {
      const end = pairKinds.has(kind) ? this.#ends.get(`${reading.state.id} ${index}`) : undefined;
      if (end !== undefined && end.index === (link ?? index)) return [end.namespace];
    }
    return [];
  }
}

function linksByNsid(links: readonly LinkState[]): Map<number, LinkState[]> {
  const result = new Map<number, LinkState[]>();
  for (const link of links) {
    // None is negative: it stands for no namespace.
    if (link.linkNsid === undefined || link.linkNsid < 0) continue;
    const same = result.get(link.linkNsid);
    if (same === undefined) result.set(link.linkNsid, [link]);
    else same.push(link);
  }
  return result;
}

/** A link as the namespace sees it that has an id for the link's own. */
type FarLink = Pick<LinkState, 'index' | 'name' | 'mac'>;

/** Which namespaces have a link of which ifindex. */
class LinkHolders {
  readonly #alike = new Map<string, NamespaceReading[]>();
  readonly #veths = new Map<string, NamespaceReading[]>();
  readonly #links = new Map<number, NamespaceReading[]>();

  constructor(readings: readonly NamespaceReading[]) {
    // The host's first: it is what most links lead to.
    for (const reading of hostFirst(readings)) {
      for (const link of reading.state.links) {
        if (link.kind === 'loopback') continue;
        append(this.#links, link.index, reading);
        append(this.#alike, alikeKey(link), reading);
        if (pairKinds.has(link.kind))
          append(this.#veths, `${link.index} ${link.link ?? link.index}`, reading);
      }
    }
  }

  /** Namespaces that have a link which looks like this one. */
  alike(link: FarLink): readonly NamespaceReading[] {
    return this.#alike.get(alikeKey(link)) ?? [];
  }

  /** Namespaces that the other end of `link` can be in. Both ends of a veth name each other. */
  candidates(link: LinkState): readonly NamespaceReading[] {
    const other = link.link ?? link.index;
    return (
      (pairKinds.has(link.kind) ? this.#veths.get(`${other} ${link.index}`) : this.#links.get(other)) ?? []
    );
  }
}

function alikeKey({ index, name, mac }: FarLink): string {
  return `${index} ${mac} ${name}`;
}

function append<K>(map: Map<K, NamespaceReading[]>, key: K, reading: NamespaceReading): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [reading]);
  else list.push(reading);
}

/** One namespace's answers, each asked for once. */
class Asker {
  readonly #reading: NamespaceReading;
  readonly #own: string;
  readonly #handles: NamespaceHandles;
  #socket: NetlinkSocket | undefined;
  #ownSocket: NetlinkSocket | undefined;
  #gone = false;
  readonly #answers = new Map<string, number | undefined>();

  constructor(reading: NamespaceReading, own: string, handles: NamespaceHandles) {
    this.#reading = reading;
    this.#own = own;
    this.#handles = handles;
    this.#socket = handles.get(reading.state.id)?.socket;
  }

  /** The link `index` of the namespace that `nsid` means here; undefined where the kernel does not show it. */
  lookAt(nsid: number, index: number): FarLink | undefined {
    try {
      const socket = this.#open();
      return socket === undefined ? undefined : linkThrough(socket, nsid, index);
    } catch {
      // Before Linux 4.16, or without CAP_NET_ADMIN there: the candidates are asked about in turn.
      return undefined;
    }
  }

  find(nsid: number, candidates: readonly NamespaceReading[]): string | undefined {
    for (const candidate of candidates) {
      if (candidate !== this.#reading && this.#ask(candidate) === nsid) return candidate.state.id;
    }
    return undefined;
  }

  #ask(candidate: NamespaceReading): number | undefined {
    const { id } = candidate.state;
    if (this.#answers.has(id)) return this.#answers.get(id);
    const socket = this.#open();
    if (socket === undefined) return undefined;
    let nsid: number | undefined;
    try {
      const handle = this.#handles.get(id);
      nsid =
        handle === undefined
          ? withNamespace(candidate.found, (fd) => nsidOf(socket, fd))
          : nsidOf(socket, handle.fd);
    } catch {
      // The candidate is gone, or this user may not open it.
    }
    this.#answers.set(id, nsid);
    return nsid;
  }

  /** undefined when the namespace went away meanwhile, and its ids with it. */
  #open(): NetlinkSocket | undefined {
    if (this.#socket !== undefined || this.#gone) return this.#socket;
    try {
      this.#ownSocket = enterFound(this.#reading.found, this.#own, () => new NetlinkSocket(NETLINK_ROUTE));
      this.#socket = this.#ownSocket;
    } catch {
      this.#gone = true;
    }
    return this.#socket;
  }

  close(): void {
    this.#ownSocket?.close();
  }
}

/** struct ifinfomsg with an ifindex at 4, and the id of a namespace at 20; not the counters of IPv6. */
const farLinkQuestion = Buffer.concat([
  Buffer.alloc(16),
  attribute(IFLA_TARGET_NETNSID, u32(0)),
  attribute(IFLA_EXT_MASK, u32(RTEXT_FILTER_SKIP_STATS)),
]);

/** A link of another namespace, named by the id that the namespace of `socket` has for it. */
function linkThrough(socket: NetlinkSocket, nsid: number, index: number): FarLink | undefined {
  let far: FarLink | undefined;
  farLinkQuestion.writeInt32LE(index, 4);
  farLinkQuestion.writeUInt32LE(nsid, 20);
  socket.ask(RTM_GETLINK, farLinkQuestion, (type, buffer, start, end) => {
    if (type !== RTM_NEWLINK) return;
    let name = '';
    let mac = '';
    forEachAttribute(buffer, start + 16, end, (kind, at, length) => {
      if (kind === IFLA_ADDRESS) mac = hardwareAddress(buffer, at, length);
      if (kind === IFLA_IFNAME) name = text(buffer, at, length);
    });
    far = { index: buffer.readInt32LE(start + 4), name, mac };
  });
  return far;
}

/** struct rtgenmsg, one byte, padded, and a descriptor at 8. */
const nsidQuestion = Buffer.concat([Buffer.alloc(4), attribute(NETNSA_FD, u32(0))]);

/** The id that the namespace of `socket` has for that of the descriptor; undefined when it has none. */
function nsidOf(socket: NetlinkSocket, fd: number): number | undefined {
  let nsid: number | undefined;
  nsidQuestion.writeUInt32LE(fd, 8);
  socket.ask(RTM_GETNSID, nsidQuestion, (type, buffer, start, end) => {
    if (type !== RTM_NEWNSID) return;
    forEachAttribute(buffer, start + 4, end, (kind, at, length) => {
      if (kind !== NETNSA_NSID) return;
      const value = signed32(buffer, at, length);
      if (value >= 0) nsid = value;
    });
  });
  return nsid;
}
