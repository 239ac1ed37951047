import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { formatIp } from '../../src/packet/address.ts';
import { createDecoder } from '../../src/packet/decode.ts';
import { createFrame } from '../../src/packet/frame.ts';
import { maxLayers } from '../../src/packet/model.ts';
import { bytes, ethernet, ipv4, pcapng } from './build.ts';
import { type Case, innerDestination, innerPort, innerSource, packet } from './encapsulated/inner.ts';
import { amsdu, links } from './encapsulated/links.ts';
import { tunnels } from './encapsulated/tunnels.ts';
import { udpTunnels } from './encapsulated/udp-tunnels.ts';
import { hasTshark, tsharkMissing } from './tshark.ts';

function decode(frame: Uint8Array, linkType: number, wireLength = frame.length) {
  const decoder = createDecoder();
  const decoded = createFrame();
  decoder.decode(frame, 0, frame.length, wireLength, linkType, decoded);
  const used = decoded.layers.slice(0, decoded.layerCount);
  return {
    decoded,
    layers: used,
    stack: decoder.encapsulations.get(used.at(-1)?.encapsulation ?? 0),
    decoder,
  };
}

describe.each([...links, ...tunnels, ...udpTunnels])(
  '$name',
  ({ frame, linkType, vlans = [], tunnels: kinds = [], family = 4 }: Case) => {
    it('gives the inner packet its ports, its VLANs and its tunnels', () => {
      const { decoded, layers, stack } = decode(frame, linkType);
      const inner = layers.at(-1);
      expect(inner && [formatIp(inner.family, inner.source), inner.hasPorts, inner.sourcePort]).toEqual([
        family === 4 ? innerSource : '2001:db8::71',
        true,
        innerPort,
      ]);
      expect(stack.vlans).toEqual(vlans);
      if (linkType === 1) expect(stack.tunnels.map(({ kind, id }) => `${kind} ${id}`)).toEqual(kinds);
      expect(inner?.payloadLength).toBe(11);
      expect(decoded.malformed).toBe(false);
    });

    it('reads nothing that is not there, wherever the frame is cut', () => {
      for (let length = 0; length < frame.length; length++) {
        const padded = bytes(frame.subarray(0, length), new Uint8Array(300).fill(0x45));
        const frameOne = createFrame();
        createDecoder().decode(padded, 0, length, frame.length, linkType, frameOne);
        const frameTwo = createFrame();
        createDecoder().decode(frame.slice(0, length), 0, length, frame.length, linkType, frameTwo);
        expect(frameOne).toEqual(frameTwo);
      }
    });
  },
);

describe('an encapsulation', () => {
  it('has the same stack in the opposite direction, with the tunnel ends swapped', () => {
    const decoder = createDecoder();
    const frame = createFrame();
    const there =
      tunnels.find(({ name }) => name === 'VXLAN over VLAN and MPLS over GRE')?.frame ?? new Uint8Array();
    decoder.decode(there, 0, there.length, there.length, 1, frame);
    const id = frame.layers[2]?.encapsulation ?? 0;
    const back = decoder.encapsulations.get(decoder.encapsulations.get(id).reverse);
    expect(decoder.encapsulations.get(id).tunnels[0]).toEqual({
      kind: 'vxlan',
      id: 1,
      source: '10.0.0.1',
      destination: '10.0.0.2',
    });
    expect(back.tunnels[0]).toEqual({ kind: 'vxlan', id: 1, source: '10.0.0.2', destination: '10.0.0.1' });
    expect(back.vlans).toEqual([20]);
    expect(back.reverse).toBe(id);
    const size = decoder.encapsulations.size;
    decoder.decode(there, 0, there.length, there.length, 1, frame);
    expect(frame.layers[2]?.encapsulation).toBe(id);
    expect(decoder.encapsulations.size).toBe(size);
  });

  it('of labels and sessions alone is its own reverse', () => {
    const { stack, layers } = decode(
      tunnels.find(({ name }) => name === 'MPLS')?.frame ?? new Uint8Array(),
      1,
    );
    expect(stack.reverse).toBe(layers[0]?.encapsulation);
  });

  it('uses the ports that the links of the host name', () => {
    const frame = createFrame();
    const decoder = createDecoder({ vxlanPorts: new Set([4242]) });
    const original = udpTunnels.find(({ name }) => name === 'VXLAN')?.frame ?? new Uint8Array();
    const moved = original.slice();
    moved.set([4242 >> 8, 4242 & 255], 36);
    decoder.decode(moved, 0, moved.length, moved.length, 1, frame);
    expect(frame.layerCount).toBe(2);
    createDecoder().decode(moved, 0, moved.length, moved.length, 1, frame);
    expect(frame.layerCount).toBe(1);
  });

  it('is followed to a limit of depth', () => {
    let nested = packet;
    for (let level = 0; level < 40; level++) nested = ipv4(4, nested);
    const { layers } = decode(ethernet(0x0800, nested), 1);
    expect(layers).toHaveLength(maxLayers);
  });
});

describe('an 802.11 A-MSDU', () => {
  it('gives each packet in it a layer of the same level', () => {
    const { layers } = decode(amsdu, 127);
    expect(layers.map(({ level, sourcePort }) => [level, sourcePort])).toEqual([
      [0, innerPort],
      [0, innerPort],
    ]);
  });
});

describe.skipIf(!hasTshark)(`the innermost packet, against tshark${tsharkMissing}`, () => {
  it('is the same for every link type and tunnel that tshark knows', async () => {
    const cases = [...links, ...tunnels, ...udpTunnels].filter(({ tshark = true }) => tshark);
    const folder = await mkdtemp(join(tmpdir(), 'netscope-packet-'));
    try {
      const path = join(folder, 'all.pcapng');
      await writeFile(path, pcapng(cases));
      const fields = ['ip.src', 'ip.dst', 'ipv6.src', 'udp.srcport', '_ws.malformed'].flatMap((field) => [
        '-e',
        field,
      ]);
      // STT looks like TCP: tshark sees it only when it asks its heuristics first.
      const preferences = ['-o', 'ip.try_heuristic_first:TRUE'];
      const { stdout } = await execa('tshark', ['-n', '-r', path, ...preferences, '-T', 'fields', ...fields]);
      const lines = stdout.split('\n');
      const wrong = cases.flatMap(({ name, family = 4 }, index) => {
        const [source = '', destination = '', source6 = '', port = ''] = (lines[index] ?? '').split('\t');
        const last = (list: string): string | undefined => list.split(',').at(-1);
        const agrees =
          family === 4
            ? last(source) === innerSource && last(destination) === innerDestination
            : last(source6) === '2001:db8::71';
        return agrees && last(port) === `${innerPort}` ? [] : [`${name}: ${lines[index]}`];
      });
      expect(wrong).toEqual([]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
