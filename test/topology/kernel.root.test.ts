import { readlinkSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { takeSnapshot } from '../../src/host/snapshot.ts';
import { buildTopology } from '../../src/topology/build.ts';
import type { Link, TopologyNamespace } from '../../src/topology/model.ts';
import { hasTool, isRoot, required } from '../host/support.ts';
import { type PrivateLab, startPrivateLab } from './private-lab.ts';
import { randomFrom } from './random-veths.ts';

const able = isRoot && hasTool('ip');
const suite = able || required ? describe : describe.skip;

const withEthtool = hasTool('ethtool') || required;

/** What `ip -j -d link` says, as far as the test compares it. */
const ipLinks = z.array(
  z.object({
    ifindex: z.number(),
    ifname: z.string(),
    address: z.string().optional(),
    mtu: z.number(),
    flags: z.array(z.string()),
    master: z.string().optional(),
    link: z.string().nullish(),
    link_index: z.number().nullish(),
    link_netnsid: z.number().optional(),
    linkinfo: z
      .object({
        info_kind: z.string().optional(),
        info_slave_data: z
          .object({ state: z.string().optional(), hairpin: z.boolean().optional() })
          .optional(),
      })
      .optional(),
    addr_info: z.array(z.object({ local: z.string().optional(), prefixlen: z.number().optional() })),
  }),
);

const namespaces = 500;
const pairs = 500;
/** `ip` is asked about every so many namespaces: it takes some 7 ms each. */
const sampled = 5;

/** Each pair has MAC addresses of its own, so that the truth does not hang on ifindexes. */
function macOf(pair: number, end: number): string {
  return `02:0${end}:00:00:${Math.floor(pair / 256)
    .toString(16)
    .padStart(2, '0')}:${(pair % 256).toString(16).padStart(2, '0')}`;
}

/** Inside one namespace `ip` has the name of the other end instead of its index. */
function peerIndex(
  { link, link_index }: z.infer<typeof ipLinks>[number],
  all: z.infer<typeof ipLinks>,
): number | undefined {
  return link_index ?? all.find(({ ifname }) => ifname === link)?.ifindex;
}

type Trait = 'apart' | 'together' | 'equal' | 'moved';

interface Pair {
  readonly trait: Trait;
  /** Namespaces in which its ends were made. */
  readonly made: readonly [number, number];
  /** Where its first end went on to, in turn. */
  readonly moves: readonly number[];
}

/** Any two namespaces, or one; of the ends that are moved, the other namespace has no id for where they are. */
const veths: readonly Pair[] = (() => {
  const random = randomFrom(7);
  return Array.from({ length: pairs }, (_, number): Pair => {
    const [a, b] = [random(namespaces), random(namespaces)];
    const rest = number % 20;
    if (rest < 3) return { trait: 'together', made: [a, a], moves: [] };
    if (rest < 6)
      return { trait: 'equal', made: [a, (a + 1 + random(namespaces - 1)) % namespaces], moves: [] };
    if (rest === 6) {
      const first = (a + 1 + random(namespaces - 1)) % namespaces;
      return {
        trait: 'moved',
        made: [a, b],
        moves: [first, (first + 1 + random(namespaces - 1)) % namespaces],
      };
    }
    return { trait: 'apart', made: [a, b], moves: [] };
  });
})();

function labScript(): string {
  const made = veths.map(({ trait, made: [a, b] }, number) => {
    // The kernel counts up from 2 in each namespace: these collide nowhere but with each other.
    const index = trait === 'equal' ? ` index ${1000 + number}` : '';
    return (
      `link add a${number} address ${macOf(number, 0)}${index} netns n${a} type veth ` +
      `peer name b${number} address ${macOf(number, 1)}${index} netns n${b}`
    );
  });
  const moves = veths.flatMap(({ made: [from], moves: stops }, number) =>
    stops.map((stop, at) => `ip -n n${at === 0 ? from : stops[at - 1]} link set a${number} netns n${stop}`),
  );
  return [
    "ip -batch - <<'END'",
    ...Array.from({ length: namespaces }, (_, number) => `netns add n${number}`),
    ...made,
    'END',
    ...moves,
    'ip link add br0 type bridge',
    'ip addr add 10.77.0.1/24 dev br0',
    'ip link set br0 up',
    'ip link add p0 type veth peer name eth0 netns n0',
    'ip link set p0 master br0 up',
    'ip link set p0 type bridge_slave hairpin on',
    'ip -n n0 addr add 10.77.0.2/24 dev eth0',
    'ip -n n0 link set eth0 up',
    'ip link add m0 link br0 type macvlan mode bridge',
    'ip link set m0 netns n1',
    'ip link add vx0 type vxlan id 4097 dev br0 dstport 4789',
    'ip link set vx0 netns n2',
    'ip -n n2 link add vx1 type vxlan id 9 remote 10.0.0.9 dstport 4789',
  ].join('\n');
}

suite(`topology of real namespaces${able ? '' : ' (skipped: needs root and iproute2)'}`, () => {
  let lab: PrivateLab;
  let own: readonly TopologyNamespace[] = [];
  let ids: ReadonlyMap<string, string> = new Map();
  /** `ip -j -d addr` of some namespaces, by id. */
  const ips = new Map<string, z.infer<typeof ipLinks>>();
  /** Names of the namespaces that one with the far end of a moved pair had ids for, before anybody looked. */
  let known: readonly (string | undefined)[] = [];

  beforeAll(async () => {
    lab = await startPrivateLab();
    lab.run(labScript());
    ids = new Map(
      lab
        .run('stat -L -c "%i %n" /run/netns/*')
        .trim()
        .split('\n')
        .map((line): [string, string] => {
          const [inode = '', path = ''] = line.split(' ');
          return [`net:[${inode}]`, path.slice('/run/netns/'.length)];
        }),
    );
    known = z
      .array(z.object({ name: z.string().optional() }))
      .parse(JSON.parse(lab.run(`ip -n n${aMoved?.made[1]} -j netns list-id`) || '[]'))
      .map(({ name }) => name);
    const snapshot = await takeSnapshot({ without: new Set(['engines', 'rules', 'conntrack']) });
    const topology = buildTopology(snapshot);
    own = topology.namespaces.filter(({ id }) => id === lab.root || ids.has(id));
    const some = [...ids].filter((_, at) => at % sampled === 0);
    const output = lab.run(
      ['ip -j -d addr', ...some.map(([, name]) => `ip -n ${name} -j -d addr`)].join('\n'),
    );
    const documents = output.trim().split('\n');
    for (const [at, id] of [lab.root, ...some.map(([first]) => first)].entries()) {
      ips.set(id, ipLinks.parse(JSON.parse(documents[at] ?? '')));
    }
  }, 60_000);
  afterAll(() => lab.end());

  const aMoved = veths.find(({ trait }) => trait === 'moved');
  const linkOf = (name: string): Link | undefined =>
    own.flatMap(({ links }) => links).find((link) => link.name === name);

  it('has every namespace, by the name that ip gave it', () => {
    expect(own).toHaveLength(namespaces + 1);
    for (const { id, names } of own) if (id !== lab.root) expect(names).toContain(ids.get(id));
    expect(new Set(own.map(({ owner }) => owner))).toEqual(new Set([readlinkSync('/proc/self/ns/user')]));
  });

  it('joins every veth with the one it was made with: none wrong, none missing', () => {
    const macs = new Map(
      own.flatMap(({ id, links }) => links.map((link) => [`${id} ${link.index}`, link.mac])),
    );
    const found = new Map<string, string | null | undefined>();
    for (const { mac, kind, peer } of own.flatMap(({ links }) => links)) {
      if (kind === 'veth' && mac.startsWith('02:0')) {
        found.set(mac, peer === null ? null : macs.get(`${peer.namespace} ${peer.index}`));
      }
    }
    const truth = new Map<string, string>();
    for (let pair = 0; pair < pairs; pair++) {
      truth.set(macOf(pair, 0), macOf(pair, 1));
      truth.set(macOf(pair, 1), macOf(pair, 0));
    }
    expect(Object.fromEntries(found)).toEqual(Object.fromEntries(truth));
  });

  it('has them in every namespace that they were put in, however they came there', () => {
    const nameOf = (id: string | undefined) => ids.get(id ?? '');
    const count = { apart: 0, together: 0, equal: 0, moved: 0 };
    for (const [number, { trait, made, moves }] of veths.entries()) {
      const home = own.find(({ links }) => links.some(({ mac }) => mac === macOf(number, 0)));
      const end = home?.links.find(({ mac }) => mac === macOf(number, 0));
      expect([nameOf(home?.id), nameOf(end?.peer?.namespace)], `a${number}`).toEqual([
        `n${moves.at(-1) ?? made[0]}`,
        `n${made[1]}`,
      ]);
      if (trait === 'equal') expect(end?.peer?.index).toBe(end?.index);
      if (trait === 'together') expect(end?.peer?.namespace).toBe(home?.id);
      count[trait]++;
    }
    expect(count).toEqual({ apart: 325, together: 75, equal: 75, moved: 25 });
    // Nobody had asked for that id before: the kernel gives it when a link is read.
    expect(known).not.toContain(`n${aMoved?.moves.at(-1)}`);
    const indexes = own.flatMap(({ links }) => links.map(({ index }) => index));
    expect(new Set(indexes).size).toBeLessThan(indexes.length / 3);
  });

  it.skipIf(!withEthtool)(
    `agrees with ethtool on the ifindex of peers${withEthtool ? '' : ' (skipped: needs ethtool)'}`,
    () => {
      const asked = own
        .flatMap(({ id, links }) => links.map((link) => ({ link, namespace: ids.get(id) })))
        .filter(({ link, namespace }) => link.kind === 'veth' && namespace !== undefined)
        .filter((_, at) => at % 20 === 0);
      const output = lab.run(
        asked
          .map(
            ({ link, namespace }) =>
              `nsenter --net=/run/netns/${namespace} ethtool -S ${link.name} | grep peer_ifindex`,
          )
          .join('\n'),
      );
      expect(output.match(/\d+/g)?.map(Number)).toEqual(asked.map(({ link }) => link.peer?.index));
    },
  );

  it('agrees with ip -d link and addr on every link', () => {
    for (const [id, ip] of ips) {
      const namespace = own.find((one) => one.id === id);
      if (namespace === undefined) throw new Error(`${id} was not found`);
      expect(
        namespace.links.map(({ index, name: of, mac, mtu, kind, master, addresses, state, peer }) => ({
          index,
          name: of,
          mac,
          mtu,
          kind: kind === 'loopback' ? undefined : kind,
          master: master?.name,
          addresses,
          up: state !== 'down',
          carrier: state === 'no-carrier',
          peer: peer?.index,
          elsewhere: peer !== null && peer.namespace !== id,
        })),
      ).toEqual(
        ip.map((link) => ({
          index: link.ifindex,
          name: link.ifname,
          mac: link.address,
          mtu: link.mtu,
          kind: link.linkinfo?.info_kind,
          master: link.master,
          addresses: link.addr_info
            .filter(({ local }) => local !== undefined)
            .map(({ local, prefixlen }) => `${local}/${prefixlen}`),
          up: link.flags.includes('UP'),
          carrier: link.flags.includes('NO-CARRIER'),
          ...(link.linkinfo?.info_kind === 'veth'
            ? { peer: peerIndex(link, ip), elsewhere: link.link_netnsid !== undefined }
            : { peer: undefined, elsewhere: false }),
        })),
      );
    }
  });

  it('finds the lower devices of links that were moved away from them', () => {
    const bridge = own.find(({ id }) => id === lab.root)?.links.find(({ name }) => name === 'br0');
    const lower = { namespace: lab.root, index: bridge?.index, name: 'br0' };
    expect(linkOf('m0')).toMatchObject({ kind: 'macvlan', parent: lower, details: { mode: 'bridge' } });
    expect(linkOf('vx0')).toMatchObject({ kind: 'vxlan', parent: lower, details: { id: 4097 } });
    expect(linkOf('vx1')).toMatchObject({
      kind: 'vxlan',
      parent: null,
      details: { id: 9, remote: '10.0.0.9' },
    });
    expect(linkOf('vx1')?.parentNote).toBeUndefined();
  });
});
