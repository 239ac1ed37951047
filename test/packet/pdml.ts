/** tshark's own decoding with byte ranges (`-T pdml`). */

export interface PdmlField {
  readonly name: string;
  readonly offset: number;
  readonly length: number;
  readonly show: string;
}

const entities: Readonly<Record<string, string>> = {
  '&lt;': '<',
  '&gt;': '>',
  '&amp;': '&',
  '&quot;': '"',
  '&#x27;': "'",
};

function attribute(line: string, name: string): string {
  const value = new RegExp(` ${name}="([^"]*)"`).exec(line)?.[1] ?? '';
  return value.replace(/&(lt|gt|amp|quot|#x27);/g, (entity) => entities[entity] ?? entity);
}

/** Fields of each packet, in the order of the file. */
export function parsePdml(text: string): PdmlField[][] {
  const packets: PdmlField[][] = [];
  let packet: PdmlField[] = [];
  for (const line of text.split('\n')) {
    if (line.startsWith('<packet>')) packet = [];
    else if (line.startsWith('</packet>')) packets.push(packet);
    else if (/^\s*<(field|proto) /.test(line)) {
      packet.push({
        name: attribute(line, 'name'),
        offset: Number(attribute(line, 'pos')),
        length: Number(attribute(line, 'size')),
        show: attribute(line, 'show'),
      });
    }
  }
  return packets;
}

/** Nothing relative, nothing put together from several packets: offsets are those of the frame. */
export const pdmlArguments = [
  '-n',
  '-T',
  'pdml',
  '-o',
  'tcp.desegment_tcp_streams:FALSE',
  '-o',
  'ip.defragment:FALSE',
  '-o',
  'ipv6.defragment:FALSE',
] as const;
