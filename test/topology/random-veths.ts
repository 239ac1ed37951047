/** Random hosts whose veth pairs are known, told the way the kernel tells them, with what can go wrong on the way. */
import type { HostSnapshot } from '../../src/snapshot/schema.ts';
import { buildSnapshot, type LinkInput, link, loopback, type NamespaceInput, ns } from './build-snapshot.ts';

export interface KnownHost {
  readonly snapshot: HostSnapshot;
  /** `<namespace id> <ifindex>` of each end to that of its peer. */
  readonly truth: ReadonlyMap<string, string>;
  /** Ends whose peer the snapshot tells without doubt. */
  readonly told: ReadonlySet<string>;
}

/** mulberry32: the same host for the same seed. */
export function randomFrom(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

interface Draft {
  readonly links: LinkInput[];
  readonly nsidTo: Map<number, number>;
  readonly hiddenNsids: Set<number>;
  nextIndex: number;
  unreadable: boolean;
  absent: boolean;
}

export function randomHost(seed: number, namespaces: number, pairs: number, trouble: boolean): KnownHost {
  const random = randomFrom(seed);
  const chance = (percent: number) => trouble && random(100) < percent;
  const drafts = Array.from(
    { length: namespaces },
    (_, number): Draft => ({
      links: [loopback],
      nsidTo: new Map(),
      hiddenNsids: new Set(),
      nextIndex: 2,
      unreadable: number > 0 && chance(3),
      absent: number > 0 && chance(3),
    }),
  );
  const truth = new Map<string, string>();
  const ends: { number: number; other: number; told: boolean; key: string; sound: boolean }[] = [];
  for (let pair = 0; pair < pairs; pair++) {
    const a = random(namespaces);
    const b = random(10) === 0 ? a : random(namespaces);
    const first = drafts[a];
    const second = drafts[b];
    if (first === undefined || second === undefined) continue;
    const indexA = first.nextIndex++;
    if (random(5) === 0) second.nextIndex++;
    const indexB = second.nextIndex++;
    const keyA = `${ns(a)} ${indexA}`;
    const keyB = `${ns(b)} ${indexB}`;
    truth.set(keyA, keyB);
    truth.set(keyB, keyA);
    // What a lost attribute or an interface that was replaced meanwhile does to one end.
    const damage = chance(4) ? random(3) : 3;
    const sideA = tell(first, a, indexA, b, indexB, random, damage);
    const sideB = tell(second, b, indexB, a, indexA, random, 3);
    ends.push({ number: a, other: b, told: sideA, key: keyA, sound: damage === 3 });
    ends.push({ number: b, other: a, told: sideB, key: keyB, sound: damage === 3 });
  }
  for (const draft of drafts) {
    for (const other of draft.nsidTo.keys()) if (chance(15)) draft.hiddenNsids.add(other);
  }
  const gone = (number: number) => drafts[number]?.unreadable === true || drafts[number]?.absent === true;
  const hidden = (from: number, to: number) => drafts[from]?.hiddenNsids.has(to) === true;
  const told = new Set(
    ends
      .filter(({ number, other, sound }) => sound && !gone(number) && !gone(other))
      .filter(({ number, other }) => number === other || !hidden(number, other) || !hidden(other, number))
      .map(({ key }) => key),
  );
  return { snapshot: write(drafts), truth, told };
}

/** Adds one end to its namespace as rtnl_fill_ifinfo would. */
function tell(
  draft: Draft,
  own: number,
  index: number,
  other: number,
  otherIndex: number,
  random: (below: number) => number,
  damage: number,
): boolean {
  const end: { link?: number; linkNsid?: number; ethtoolPeer?: number } = { link: otherIndex };
  if (own !== other) {
    const nsid = draft.nsidTo.get(other) ?? draft.nsidTo.size + random(2) * 1000;
    draft.nsidTo.set(other, nsid);
    end.linkNsid = nsid;
    // Linux before 5.0 leaves IFLA_LINK out when both ifindexes are equal.
    if (index === otherIndex && random(2) === 0) delete end.link;
  }
  if (random(4) === 0) end.ethtoolPeer = otherIndex;
  if (damage === 0) delete end.linkNsid;
  // An interface that was made anew has an ifindex that none had before.
  if (damage === 1) end.link = otherIndex + 100_000;
  if (damage === 2) {
    delete end.link;
    delete end.linkNsid;
  }
  draft.links.push(link(index, `v${index}`, 'veth', end));
  return damage === 3;
}

function write(drafts: readonly Draft[]): HostSnapshot {
  const namespaces: Record<number, NamespaceInput> = {};
  drafts.forEach((draft, number) => {
    if (draft.absent) return;
    namespaces[number] = {
      links: draft.unreadable ? [] : draft.links,
      nsids: draft.unreadable
        ? []
        : [...draft.nsidTo]
            .filter(([other]) => !draft.hiddenNsids.has(other))
            .map(([other, nsid]) => ({ nsid, namespace: ns(other) })),
      unreadable: draft.unreadable ? ['setns: Operation not permitted'] : [],
    };
  });
  return buildSnapshot({ namespaces });
}
