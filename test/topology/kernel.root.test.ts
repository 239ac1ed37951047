import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { takeSnapshot } from '../../src/host/snapshot.ts';
import { buildTopology } from '../../src/topology/build.ts';
import type { Link, TopologyNamespace } from '../../src/topology/model.ts';
import { type PrivateLab, startPrivateLab } from './private-lab.ts';
import { randomFrom } from './random-veths.ts';

const isRoot = process.getuid?.() === 0;
const able = isRoot && hasIp();
const suite = able || process.env.CI_REQUIRE_LAB === '1' ? describe : describe.skip;

function hasIp(): boolean {
  try {
    execFileSync('ip', ['-V'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** What `ip -j -d link` says, as far as the test compares it. */
const ipLinks = z.array(
  z.object({
    ifindex: z.number(),
    ifname: z.string(),
    address: z.string().optional(),
    mtu: z.number(),
    flags: z.array(z.string()),
    master: z.string().optional(),
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

const namespaces = 30;
const pairs = 60;

/** Each pair has MAC addresses of its own, so that the truth does not hang on ifindexes. */
function macOf(pair: number, end: number): string {
  return `02:0${end}:00:00:${Math.floor(pair / 256)
    .toString(16)
    .padStart(2, '0')}:${(pair % 256).toString(16).padStart(2, '0')}`;
}

function labScript(): string {
  const random = randomFrom(7);
  const place = () => `n${random(namespaces)}`;
  const lines = Array.from({ length: namespaces }, (_, number) => `ip netns add n${number}`);
  for (let pair = 0; pair < pairs; pair++) {
    lines.push(
      `ip link add a${pair} address ${macOf(pair, 0)} type veth peer name b${pair} address ${macOf(pair, 1)}`,
    );
    const together = random(6) === 0 ? place() : undefined;
    for (const end of ['a', 'b']) {
      const stays = random(8) === 0 && together === undefined;
      if (stays) continue;
      const first = place();
      const target = together ?? place();
      lines.push(`ip link set ${end}${pair} netns ${first}`);
      // Some move twice; the second namespace gives a new ifindex where the old one is taken.
      if (first !== target) lines.push(`ip -n ${first} link set ${end}${pair} netns ${target}`);
    }
  }
  lines.push(
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
  );
  return lines.join('\n');
}

suite(`topology of real namespaces${able ? '' : ' (skipped: needs root and iproute2)'}`, () => {
  let lab: PrivateLab;
  let own: readonly TopologyNamespace[] = [];
  let ids: ReadonlyMap<string, string> = new Map();

  beforeAll(async () => {
    lab = await startPrivateLab();
    lab.run(labScript());
    ids = new Map(
      lab
        .run('for n in $(ls /run/netns); do echo $n $(ip netns exec $n readlink /proc/self/ns/net); done')
        .trim()
        .split('\n')
        .map((line): [string, string] => {
          const [name = '', id = ''] = line.split(' ');
          return [id, name];
        }),
    );
    const snapshot = await takeSnapshot({ without: new Set(['engines', 'rules', 'conntrack']) });
    const topology = buildTopology(snapshot);
    own = topology.namespaces.filter(({ id }) => id === lab.root || ids.has(id));
  }, 60_000);
  afterAll(() => lab.end());

  const linkOf = (name: string): Link | undefined =>
    own.flatMap(({ links }) => links).find((link) => link.name === name);

  it('has every namespace, by the name that ip gave it', () => {
    expect(own).toHaveLength(namespaces + 1);
    for (const { id, names } of own) if (id !== lab.root) expect(names).toContain(ids.get(id));
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

  it('agrees with ip -d link and addr on every link', () => {
    for (const namespace of own) {
      const name = ids.get(namespace.id);
      const ip = ipLinks.parse(
        JSON.parse(lab.run(`${name === undefined ? 'ip' : `ip -n ${name}`} -j -d addr`)),
      );
      expect(
        namespace.links.map(({ index, name: of, mac, mtu, kind, master, addresses, state }) => ({
          index,
          name: of,
          mac,
          mtu,
          kind: kind === 'loopback' ? undefined : kind,
          master: master?.name,
          addresses,
          up: state !== 'down',
          carrier: state === 'no-carrier',
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
