/** Ids that one namespace has for another: RTM_GETNSID (linux/net_namespace.h). */
import type { LinkState } from '../snapshot/schema.ts';
import { attribute, forEachAttribute, signed32, u32 } from './ffi/attributes.ts';
import { NETLINK_ROUTE, NetlinkSocket } from './ffi/netlink.ts';
import type { NamespaceReading } from './namespace-state.ts';
import { enterFound, withNamespace } from './namespaces/open.ts';

const RTM_NEWNSID = 88;
const RTM_GETNSID = 90;
const NETNSA_NSID = 1;
const NETNSA_FD = 3;

/** Questions that no link gave a hint for, in one snapshot: some 5 us each. */
const blindQuestions = 20_000;

/**
 * Fills `nsids` of every namespace with the ids that its links use (IFLA_LINK_NETNSID).
 *
 * The kernel translates only from a namespace to its id, so it is asked about namespaces that can be meant:
 * those that have the link with the ifindex that the id goes with. That is about one question a link, where asking
 * every namespace about every other would be the square of their number.
 */
export async function resolveNsids(
  readings: readonly NamespaceReading[],
  own: string,
  pause: () => Promise<void>,
): Promise<void> {
  const holders = new LinkHolders(readings);
  let blind = blindQuestions;
  for (const reading of readings) {
    const wanted = linksByNsid(reading.state.links);
    if (wanted.size === 0) continue;
    const asker = new Asker(reading, own);
    try {
      for (const [nsid, links] of wanted) {
        let answer = asker.find(
          nsid,
          links.flatMap((link) => holders.candidates(link)),
        );
        if (answer === undefined && blind > 0) {
          blind -= readings.length;
          answer = asker.find(nsid, readings);
        }
        if (answer !== undefined) reading.state.nsids.push({ nsid, namespace: answer });
      }
    } finally {
      asker.close();
    }
    await pause();
  }
}

function linksByNsid(links: readonly LinkState[]): Map<number, LinkState[]> {
  const result = new Map<number, LinkState[]>();
  for (const link of links) {
    if (link.linkNsid === undefined) continue;
    const same = result.get(link.linkNsid);
    if (same === undefined) result.set(link.linkNsid, [link]);
    else same.push(link);
  }
  return result;
}

/** Which namespaces have a link of which ifindex. */
class LinkHolders {
  readonly #veths = new Map<string, NamespaceReading[]>();
  readonly #links = new Map<number, NamespaceReading[]>();

  constructor(readings: readonly NamespaceReading[]) {
    // The host's first: it is what most links lead to.
    const hostFirst = readings.toSorted((a, b) => Number(b.state.host) - Number(a.state.host));
    for (const reading of hostFirst) {
      for (const link of reading.state.links) {
        append(this.#links, link.index, reading);
        if (link.kind === 'veth') append(this.#veths, `${link.index} ${link.link ?? link.index}`, reading);
      }
    }
  }

  /** Namespaces that the other end of `link` can be in. Both ends of a veth name each other. */
  candidates(link: LinkState): readonly NamespaceReading[] {
    const other = link.link ?? link.index;
    return (link.kind === 'veth' ? this.#veths.get(`${other} ${link.index}`) : this.#links.get(other)) ?? [];
  }
}

function append<K>(map: Map<K, NamespaceReading[]>, key: K, reading: NamespaceReading): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [reading]);
  else list.push(reading);
}

/** One namespace's answers, each asked for once. */
class Asker {
  readonly #reading: NamespaceReading;
  readonly #socket: NetlinkSocket | undefined;
  readonly #answers = new Map<string, number | undefined>();

  constructor(reading: NamespaceReading, own: string) {
    this.#reading = reading;
    try {
      this.#socket = enterFound(reading.found, own, () => new NetlinkSocket(NETLINK_ROUTE));
    } catch {
      // It went away meanwhile, and its ids with it.
      this.#socket = undefined;
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
    const socket = this.#socket;
    if (socket === undefined || this.#answers.has(id)) return this.#answers.get(id);
    let nsid: number | undefined;
    try {
      nsid = withNamespace(candidate.found, (fd) => nsidOf(socket, fd));
    } catch {
      // The candidate is gone, or this user may not open it.
    }
    this.#answers.set(id, nsid);
    return nsid;
  }

  close(): void {
    this.#socket?.close();
  }
}

/** The id that the namespace of `socket` has for that of the descriptor; undefined when it has none. */
function nsidOf(socket: NetlinkSocket, fd: number): number | undefined {
  let nsid: number | undefined;
  // struct rtgenmsg is one byte, padded.
  const body = Buffer.concat([Buffer.alloc(4), attribute(NETNSA_FD, u32(fd))]);
  socket.request(RTM_GETNSID, body, (type, buffer, start, end) => {
    if (type !== RTM_NEWNSID) return;
    forEachAttribute(buffer, start + 4, end, (kind, at, length) => {
      if (kind !== NETNSA_NSID) return;
      const value = signed32(buffer, at, length);
      if (value >= 0) nsid = value;
    });
  });
  return nsid;
}
