import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { parseSnapshot } from '../../src/snapshot/read.ts';
import { buildTopology } from '../../src/topology/build.ts';
import { drawDot } from '../../src/topology/draw/dot.ts';
import { drawMermaid } from '../../src/topology/draw/mermaid.ts';
import { drawWay, wayLines } from '../../src/topology/draw/way.ts';
import { createLookup } from '../../src/topology/lookup.ts';
import { findWayOut, findWaysAside } from '../../src/topology/way-out.ts';
import {
  buildSnapshot,
  container,
  defaultRoute,
  type LinkInput,
  link,
  type NamespaceInput,
  ns,
} from './build-snapshot.ts';
import { dockerHost } from './docker-scene.ts';

const topology = buildTopology(dockerHost());

/** Every byte, and the ends of strings and subgraphs of both languages. */
const hostile = `${String.fromCharCode(...Array.from({ length: 256 }, (_, code) => code))}"] --> end; } subgraph x["<script>&amp;#35;\\`;

const hostileTopology = buildTopology(
  buildSnapshot({
    namespaces: {
      0: {
        nsids: [{ nsid: 0, namespace: ns(1) }],
        links: [link(2, hostile, 'veth', { link: 2, linkNsid: 0 }), link(3, `br${hostile}`, 'bridge')],
      },
      1: {
        nsids: [{ nsid: 0, namespace: ns(0) }],
        links: [link(2, 'end', 'veth', { link: 2, linkNsid: 0 })],
      },
    },
    containers: [container(hostile, 1, hostile)],
  }),
);

const hasDot = (() => {
  try {
    execFileSync('dot', ['-V'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();
const withDot = hasDot || process.env.CI_REQUIRE_LAB === '1' ? it : it.skip;

const dotJson = z.object({
  objects: z.array(
    z.object({ name: z.string(), label: z.string().optional(), nodes: z.array(z.number()).optional() }),
  ),
  edges: z.array(z.object({ tail: z.number(), head: z.number() })),
});

function graphviz(source: string) {
  const { objects, edges } = dotJson.parse(
    JSON.parse(execFileSync('dot', ['-Tjson'], { input: source, encoding: 'utf8' })),
  );
  const name = (index: number) => objects[index]?.name;
  return { objects, wires: edges.map(({ tail, head }) => `${name(tail)} ${name(head)}`) };
}

describe(`dot${hasDot ? '' : ' (skipped: needs graphviz)'}`, () => {
  withDot('is read by Graphviz: a cluster per namespace, an edge per pair and port', () => {
    const { objects, wires } = graphviz(drawDot(topology));
    const clusters = objects.filter(({ nodes }) => nodes !== undefined);
    expect(clusters.map(({ label }) => label?.split('\\n')[0])).toEqual([
      'host testhost',
      'web (container)',
      'db (container)',
      'app (container)',
      'lonely (container)',
      'blue (named)',
    ]);
    expect(wires.sort()).toEqual(
      ['n0_4 n0_9', 'n0_9 n1_2', 'n0_4 n0_11', 'n0_11 n2_2', 'n0_5 n0_13', 'n0_13 n3_2', 'n0_20 n5_2'].sort(),
    );
  });

  withDot('stays one graph whatever the names are', () => {
    const { objects, wires } = graphviz(drawDot(hostileTopology));
    expect(objects.map(({ name }) => name)).toEqual(['cluster_n0', 'cluster_n1', 'n0_2', 'n0_3', 'n1_2']);
    expect(wires).toEqual(['n0_2 n1_2']);
  });
});

describe('mermaid', () => {
  it('has a subgraph per namespace and an edge per pair and port', () => {
    const lines = drawMermaid(topology).split('\n');
    expect(lines[0]).toBe('flowchart LR');
    expect(lines.filter((line) => line.startsWith('  subgraph '))).toHaveLength(6);
    expect(lines).toEqual(
      expect.arrayContaining([
        '    n0_9("veth6f6b800")',
        '    n1_2("eth0<br/>172.17.0.2/16")',
        '  n0_4 --- n0_9',
        '  n0_9 === n1_2',
        '  n0_4 ---|"hairpin"| n0_11',
      ]),
    );
  });

  it('leaves no quote, bracket or tag of a name in a label', () => {
    const drawn = drawMermaid(hostileTopology);
    expect(drawn).not.toContain('<script>');
    expect(drawn).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
    expect(drawn.split('\n')).toHaveLength(1 + 4 + 3 + 1 + 3);
    for (const label of drawn.matchAll(/"([^\n]*?)"/g)) expect(label[1]).not.toMatch(/[[\]{}|]/);
  });
});

describe('the drawing of a way out', () => {
  const lookup = createLookup(topology);
  const draw = (name: string, ascii = false) =>
    drawWay(lookup.wayOut(lookup.namespaceByName(name)?.id ?? ''), { ascii });

  it('has a box per namespace with states and addresses, and the gateway', () => {
    expect(draw('web')).toMatchInlineSnapshot(`
      "┌─ web ───────────────────────────────────────────┐
      │   eth0  up  veth  172.17.0.2/16  via 172.17.0.1 │
      └─────────────────────────────────────────────────┘
          ║
      ┌─ host ───────────────────────────────────────────┐
      │   veth6f6b800  up  veth                          │
      │ ↓ docker0  up  bridge  172.17.0.1/16             │
      │ ↓ eth0  up  uplink  192.0.2.10/24  via 192.0.2.1 │
      └──────────────────────────────────────────────────┘
          ↓ outside
      "
    `);
  });

  it('says where it ends', () => {
    expect(draw('blue', true)).toMatchInlineSnapshot(`
      "+- blue ------------------------+
      |   eth0  up  veth  10.9.0.2/24 |
      +-------------------------------+
          #
      +- host -------------------------+
      |   vblue  up  veth  10.9.0.1/24 |
      +--------------------------------+
          X blue has no default route
      "
    `);
    expect(draw('lonely')).toBe('✗ lonely has no interface but loopback\n');
  });

  /** A namespace behind a bridge of the host, with an uplink. */
  const behind = (given: {
    readonly port?: Partial<LinkInput>;
    readonly own?: Partial<LinkInput>;
    readonly routes?: NamespaceInput['routes'];
    readonly forward?: string;
  }) => {
    const built = buildTopology(
      buildSnapshot({
        namespaces: {
          0: {
            nsids: [{ nsid: 0, namespace: ns(1) }],
            links: [
              { ...link(2, 'v1', 'veth', { link: 2, linkNsid: 0, master: 3 }), ...given.port },
              link(3, 'br0', 'bridge', { addresses: ['10.0.0.1/24', 'fd00::1/64'] }),
              link(4, 'eth0', 'physical', { addresses: ['192.0.2.10/24', '2001:db8::10/64'] }),
            ],
            routes: [
              defaultRoute('192.0.2.1', 4, 'eth0'),
              { ...defaultRoute('2001:db8::1', 4, 'eth0'), family: 'ip6' },
            ],
            sysctls: { 'net.ipv4.ip_forward': given.forward ?? '1' },
          },
          1: {
            names: ['lab'],
            nsids: [{ nsid: 0, namespace: ns(0) }],
            links: [
              {
                ...link(2, 'eth0', 'veth', { link: 2, linkNsid: 0, addresses: ['10.0.0.2/24'] }),
                ...given.own,
              },
            ],
            routes: given.routes ?? [defaultRoute('10.0.0.1', 2, 'eth0')],
          },
        },
      }),
    );
    return (width: number) => drawWay(findWayOut(built, ns(1)), { width });
  };

  it('marks where it is cut, and names the end that is down rather than the one without a carrier', () => {
    const drawn = behind({
      port: { flags: [], operstate: 'DOWN' },
      own: { operstate: 'LOWERLAYERDOWN' },
    })(100);
    expect(drawn).toMatch(/✗ eth0 {2}no-carrier[\s\S]*✗ v1 {2}down[\s\S]*↓ br0 {2}up/);
    expect(drawn.trimEnd().split('\n').at(-1)).toBe('    ✗ host:v1 is down');
    expect(drawn).not.toContain('outside');
    expect(behind({ port: { port: { state: 'blocking' } } })(100)).toContain('✗ host:v1 is a blocking port');
    expect(behind({ forward: '0' })(100)).toContain('✗ host:eth0 does not forward: net.ipv4.ip_forward is 0');
  });

  it('follows IPv6 where there is no default route for IPv4', () => {
    const routes = [{ ...defaultRoute('fd00::1', 2, 'eth0'), family: 'ip6' as const }];
    const drawn = behind({ routes, forward: '0' })(100);
    expect(drawn).toMatch(/via fd00::1 [\s\S]*via 2001:db8::1 [\s\S]*↓ outside/);
    expect(drawn).not.toContain('192.0.2.1 ');
    expect(behind({})(100)).toContain('via 192.0.2.1 and 2001:db8::1');
  });

  it('puts addresses below their link where it is narrow', () => {
    const lines = behind({})(50).trimEnd().split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(50);
    expect(lines.join('\n')).toMatch(
      /eth0 {2}up {2}uplink +│\n│ +192\.0\.2\.10\/24 {2}2001:db8::10\/64 +│\n│ +via/,
    );
  });

  it('goes through the other networks of a container, too', async () => {
    const file = gunzipSync(readFileSync(new URL('hosts/swarm.json.gz', import.meta.url)));
    const swarm = buildTopology(parseSnapshot(file.toString(), 'swarm.json'));
    const start = swarm.namespaces.find(({ name }) => name === 'ov')?.id ?? '';
    const lines = wayLines(findWayOut(swarm, start), {}, findWaysAside(swarm, start));
    const drawn = lines.map((spans) => spans.map(({ text }) => text).join('')).join('\n');
    expect(drawn).toMatch(/eth1 .*via 172\.18\.0\.1[\s\S]*docker_gwbridge[\s\S]*↓ outside/);
    expect(drawn).toMatch(
      /Besides, on docker-overlay net1\n┌─ ov ─[\s\S]*eth0 [\s\S]*┌─ 1-rwcil3qx61 ─[\s\S]*veth1 [\s\S]*br0 [\s\S]*vxlan0 .*id 4097/,
    );
    const hidden = swarm.namespaces.find(({ name }) => name === '1-rwcil3qx61')?.id ?? '';
    expect(drawWay(findWayOut(swarm, hidden))).toMatch(/vxlan0[\s\S]*┌─ host ─[\s\S]*uplink[\s\S]*↓ outside/);
  });
});
