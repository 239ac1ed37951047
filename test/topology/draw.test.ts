import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { buildTopology } from '../../src/topology/build.ts';
import { drawDot } from '../../src/topology/draw/dot.ts';
import { drawMermaid } from '../../src/topology/draw/mermaid.ts';
import { drawWay } from '../../src/topology/draw/way.ts';
import { createLookup } from '../../src/topology/lookup.ts';
import { buildSnapshot, container, link, ns } from './build-snapshot.ts';
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
          v blue has no default route
      "
    `);
    expect(draw('lonely')).toBe('lonely has no interface but loopback\n');
  });
});
