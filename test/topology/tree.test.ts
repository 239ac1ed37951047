import { describe, expect, it } from 'vitest';
import { buildTopology } from '../../src/topology/build.ts';
import { drawDot } from '../../src/topology/draw/dot.ts';
import { drawMermaid } from '../../src/topology/draw/mermaid.ts';
import { drawTree } from '../../src/topology/draw/tree.ts';
import { buildSnapshot, container, link, loopback, ns } from './build-snapshot.ts';
import { dockerHost } from './docker-scene.ts';

const topology = buildTopology(dockerHost());

describe('the tree', () => {
  it('goes from the host by bridges to containers, then to all that hangs elsewhere', () => {
    expect(drawTree(topology)).toMatchInlineSnapshot(`
      "host  testhost  Linux 6.18.0  docker 28.1.0
      ├─ docker0  bridge  network bridge  172.17.0.1/16  up
      │  ├─ veth6f6b800  forwarding           ── web:eth0  172.17.0.2/16  02:42:ac:11:00:02  shared by sidecar
      │  └─ veth00aa11b  forwarding, hairpin  ── db:eth0   172.17.0.3/16  02:42:ac:11:00:03
      ├─ br-d04708181668  bridge  network back  172.18.0.1/16  up
      │  └─ vethcc33dd4  forwarding  ── app:eth0  172.18.0.2/16
      ├─ eth0   up  192.0.2.10/24  physical
      ├─ vblue  up  10.9.0.1/24    ── blue:eth0  10.9.0.2/24
      └─ monitor  container, network host  running

      other namespaces
      └─ lonely  container  network none  net:[4026531844]
         └─ no interface but loopback

      published ports
      ├─ 0.0.0.0:8080/tcp    >  web:80    by iptables, docker-proxy
      ├─ 127.0.0.1:5353/udp  >  web:53    by iptables
      └─ 0.0.0.0:9000/tcp    >  web:9000  nothing on this host makes it work

      containers that do not run
      └─ old  exited  network bridge
      "
    `);
  });

  it('folds namespaces that have only loopback where they are many, but no container', () => {
    const quiet = (count: number) =>
      buildTopology(
        buildSnapshot({
          namespaces: Object.fromEntries(
            Array.from({ length: count + 2 }, (_, number) => [
              number,
              { names: number > 1 ? [`ns${number}`] : [], links: [loopback] },
            ]),
          ),
          containers: [container('lonely', 1, 'none')],
        }),
      );
    expect(drawTree(quiet(3)).match(/no interface but loopback/g)).toHaveLength(4);
    const many = drawTree(quiet(500));
    expect(many.split('\n').length).toBeLessThan(12);
    expect(many).toMatch(
      /├─ lonely {2}container[\s\S]*└─ 500 more {2}no interface but loopback\n {3}└─ ns10, .* and 488 more/,
    );
    expect(drawMermaid(quiet(500)).match(/subgraph/g)).toHaveLength(3);
    expect(drawDot(quiet(500))).toContain('label="500 namespaces\\nns10, ');
  });

  it('keeps to the width and to ASCII where asked', () => {
    const lines = drawTree(topology, { width: 60, ascii: true }).trimEnd().split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBe(60);
    expect(lines.join('')).toMatch(/^[\x20-\x7e]+$/);
    expect(lines).toContain('|  |- veth6f6b800  forwarding           -- web:eth0  172.17~');
  });

  it('says the same with and without colour', () => {
    const plain = drawTree(topology, { color: true }).replace(/\u001b\[[\d;]*m/g, '');
    expect(plain).toBe(drawTree(topology));
  });

  it('says of a namespace that was not read why, not that it has no interfaces', () => {
    const topology = buildTopology(
      buildSnapshot({ namespaces: { 0: { links: [loopback] }, 1: { unreadable: ['setns: EPERM'] } } }),
    );
    expect(topology.namespaces.map(({ unread }) => unread)).toEqual([undefined, 'setns: EPERM']);
    expect(drawTree(topology)).toContain('not read: setns: EPERM');
    expect(drawTree(topology)).not.toContain('no interface but');
  });

  it('shows control characters of names instead of sending them to the terminal', () => {
    const drawn = drawTree(
      buildTopology(
        buildSnapshot({
          namespaces: {
            0: {
              nsids: [{ nsid: 0, namespace: ns(1) }],
              links: [link(2, 'v', 'veth', { link: 2, linkNsid: 0 })],
            },
            1: {
              nsids: [{ nsid: 0, namespace: ns(0) }],
              links: [link(2, 'e', 'veth', { link: 2, linkNsid: 0 })],
            },
            2: { links: [loopback] },
          },
          containers: [container('\u001b]0;evil\u0007', 1, 'bridge'), container('\u202eevil', 2, 'none')],
        }),
      ),
    );
    expect(drawn).not.toMatch(/[\u001b\u0007\u202e]/);
    expect(drawn).toContain('\\x1b]0;evil\\x07:e');
  });
});
