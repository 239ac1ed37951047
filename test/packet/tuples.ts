/** Frames and bytes per 5-tuple, as the expected files count them. */
import type { CaptureInterface, PacketRecord } from '../../src/capture-file/model.ts';
import { formatIp } from '../../src/packet/address.ts';
import { createDecoder } from '../../src/packet/decode.ts';
import { createFrame } from '../../src/packet/frame.ts';
import { type DecodedFrame, fragment, type IpLayer } from '../../src/packet/model.ts';

export interface Tuple {
  readonly layer: string;
  readonly protocol: string;
  readonly a: string;
  readonly aPort: string;
  readonly b: string;
  readonly bPort: string;
  counts: [number, number, number, number];
}

const protocolNames: Readonly<Record<number, string>> = { 6: 'tcp', 17: 'udp' };

interface Flow {
  readonly protocol: string;
  readonly source: string;
  readonly sourcePort: string;
  readonly destination: string;
  readonly destinationPort: string;
}

export class Tuples {
  readonly #decoder = createDecoder();
  readonly #frame: DecodedFrame = createFrame();
  readonly #tuples = new Map<string, Tuple>();
  readonly #firstFragments = new Map<string, Flow>();
  readonly #waiting = new Map<string, { layer: string; bytes: number }[]>();

  add(record: PacketRecord, device: CaptureInterface): void {
    const frame = this.#frame;
    this.#decoder.decode(
      record.buffer,
      record.start,
      record.capturedLength,
      record.wireLength,
      device.linkType,
      frame,
    );
    if (frame.layerCount === 0) return;
    const outer = frame.layers[0];
    const inner = frame.layers[frame.layerCount - 1];
    if (outer !== undefined) this.#credit('outer', outer, record.wireLength);
    if (inner !== undefined) this.#credit('inner', inner, record.wireLength);
  }

  #credit(which: string, layer: IpLayer, bytes: number): void {
    const source = formatIp(layer.family, layer.source);
    const destination = formatIp(layer.family, layer.destination);
    const key = `${source} ${destination} ${layer.identification} ${layer.fragmentProtocol}`;
    if (layer.fragment === fragment.later) {
      const first = this.#firstFragments.get(key);
      if (first !== undefined) this.#count(which, first, bytes);
      else this.#waiting.set(key, [...(this.#waiting.get(key) ?? []), { layer: which, bytes }]);
      return;
    }
    const protocol = protocolNames[layer.protocol];
    if (protocol === undefined || !layer.hasPorts) return;
    const flow = {
      protocol,
      source,
      sourcePort: `${layer.sourcePort}`,
      destination,
      destinationPort: `${layer.destinationPort}`,
    };
    this.#count(which, flow, bytes);
    if (layer.fragment !== fragment.first) return;
    this.#firstFragments.set(key, flow);
    for (const early of (this.#waiting.get(key) ?? []).filter((one) => one.layer === which)) {
      this.#count(early.layer, flow, early.bytes);
    }
  }

  #count(layer: string, flow: Flow, bytes: number): void {
    const forward = tupleKey(
      layer,
      flow.protocol,
      flow.source,
      flow.sourcePort,
      flow.destination,
      flow.destinationPort,
    );
    const reverse = tupleKey(
      layer,
      flow.protocol,
      flow.destination,
      flow.destinationPort,
      flow.source,
      flow.sourcePort,
    );
    const known = this.#tuples.get(forward);
    if (known !== undefined) {
      known.counts[0]++;
      known.counts[1] += bytes;
      return;
    }
    const opposite = this.#tuples.get(reverse);
    if (opposite !== undefined) {
      opposite.counts[2]++;
      opposite.counts[3] += bytes;
      return;
    }
    const { protocol, source: a, sourcePort: aPort, destination: b, destinationPort: bPort } = flow;
    this.#tuples.set(forward, { layer, protocol, a, aPort, b, bPort, counts: [1, bytes, 0, 0] });
  }

  /** Lines in a form that does not depend on who spoke first. */
  lines(): string[] {
    return [...this.#tuples.values()].map(canonical).sort();
  }
}

function tupleKey(...parts: string[]): string {
  return parts.join(' ');
}

function canonical(tuple: Tuple): string {
  const { layer, protocol, counts } = tuple;
  const a = `${tuple.a} ${tuple.aPort}`;
  const b = `${tuple.b} ${tuple.bPort}`;
  const [x, y, z, w] = counts;
  return a <= b
    ? `${layer} ${protocol} ${a} > ${b}: ${x} ${y} / ${z} ${w}`
    : `${layer} ${protocol} ${b} > ${a}: ${z} ${w} / ${x} ${y}`;
}

/** The lines of an expected file in the same form. */
export function expectedLines(text: string): string[] {
  const lines: string[] = [];
  for (const line of text.split('\n').slice(1)) {
    if (line === '') continue;
    const [layer = '', protocol = '', a = '', aPort = '', b = '', bPort = '', ...numbers] = line.split('\t');
    const [x = 0, y = 0, z = 0, w = 0] = numbers.map(Number);
    lines.push(canonical({ layer, protocol, a, aPort, b, bPort, counts: [x, y, z, w] }));
  }
  return lines.sort();
}
