/** The packets that prove a problem, by their numbers in the capture, as Wireshark would list them. */

import type { EvidenceItem, Finding } from '../diagnose/model.ts';
import { blackHole, type Segment } from '../diagnose/traffic/black-hole.ts';
import { clientName, type Judgement, type Proof, placeOf, serverName } from '../diagnose/traffic/model.ts';
import type { Dissection, Field } from '../packet/model.ts';
import type { PacketEntry, PacketList } from './model.ts';

/** Frames that are quoted for one problem, and packets of a flow that are looked at. */
const mostFrames = 4;
export const mostLookedAt = 60;

const again: ReadonlySet<string> = new Set([
  'tcp.analysis.retransmission',
  'tcp.analysis.fast_retransmission',
  'tcp.analysis.spurious_retransmission',
]);

/** `numbers`: packets of the judgement's flow, as far as they were looked for. */
export function proofOf(
  { packets: known, proof, flow }: Judgement,
  numbers: readonly number[],
  packets: PacketList,
): readonly EvidenceItem[] {
  const chosen = [...new Set([...known, ...choose(proof, numbers, packets)])].slice(0, mostFrames);
  return chosen
    .toSorted((a, b) => a - b)
    .map((number): EvidenceItem => {
      const found = packets.dissect(number);
      const text =
        found === undefined ? '' : `: ${found.source} > ${found.destination} ${found.protocol} ${found.info}`;
      return { kind: 'packet', where: placeOf(flow), text: `frame ${number}${text}` };
    });
}

function choose(proof: Proof, numbers: readonly number[], packets: PacketList): readonly number[] {
  switch (proof) {
    case 'first':
      return numbers.slice(0, mostFrames);
    case 'last':
      return numbers.slice(-2);
    case 'again':
      return numbers.filter((number) => isAgain(packets.at(number))).slice(0, mostFrames);
    case 'none':
      return [];
  }
}

function isAgain(entry: PacketEntry | undefined): boolean {
  return entry?.analysis.some((name) => again.has(name)) === true;
}

/** What packets that were sent again say closely looked at: a link that swallows large ones. */
export function closerLook(
  { flow, cause }: Judgement,
  numbers: readonly number[],
  packets: PacketList,
): Finding | null {
  if (cause !== 'packet-loss') return null;
  const segments = numbers
    .map((number) => segmentOf(number, flow.source.port, packets))
    .filter((one) => one !== null);
  const size = blackHole(segments);
  if (size === null) return null;
  const lost = flow.tcp?.retransmissions ?? 0;
  return {
    cause: 'mtu-black-hole',
    severity: 'blocker',
    confidence: 'possible',
    summary: `Large segments between ${clientName(flow.source)} and ${serverName(flow.destination)} never arrive, small ones do: those of ${size} octets are sent again and again, and no router says that they are too large.`,
    evidence: [
      {
        kind: 'packet',
        where: placeOf(flow),
        text: `${lost} retransmissions of segments of ${size} octets, none acknowledged`,
      },
    ],
    fix: [],
  };
}

function segmentOf(number: number, sourcePort: number | null, packets: PacketList): Segment | null {
  const found = packets.dissect(number);
  const port = found === undefined ? null : numberIn(found, 'tcp.srcport');
  if (found === undefined || port === null) return null;
  return {
    fromSource: port === sourcePort,
    sequence: numberIn(found, 'tcp.seq_raw') ?? 0,
    acknowledgment: numberIn(found, 'tcp.ack_raw') ?? 0,
    length: numberIn(found, 'tcp.len') ?? 0,
    isAgain: isAgain(packets.at(number)),
  };
}

/** The innermost field of this name. */
function numberIn({ tree }: Dissection, name: string): number | null {
  let found: number | null = null;
  const visit = (fields: readonly Field[]): void => {
    for (const field of fields) {
      if (field.name === name && typeof field.value === 'number') found = field.value;
      visit(field.children);
    }
  };
  visit(tree);
  return found;
}
