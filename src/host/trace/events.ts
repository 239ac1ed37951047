/** What the kernel says of a traced packet: NFT_MSG_TRACE (linux/netfilter/nf_tables.h, nft_trace_attributes). */
import { forEachAttribute, text, unsignedNetwork } from '../ffi/attributes.ts';
import { nfgenmsgBytes } from '../netfilter.ts';

export const NFT_MSG_TRACE = 17;
/** NFNLGRP_NFTRACE is group 9. */
export const traceGroup = 1 << 8;

const attributes = {
  table: 1,
  chain: 2,
  ruleHandle: 3,
  type: 4,
  verdict: 5,
  id: 6,
  networkHeader: 8,
  transportHeader: 9,
  inputInterface: 10,
  outputInterface: 12,
  policy: 16,
} as const;

const verdictCode = 1;
const verdictChain = 2;

const eventKinds = ['unspecified', 'policy', 'return', 'rule'] as const;
const families = new Map([
  [1, 'inet'],
  [2, 'ip'],
  [3, 'arp'],
  [5, 'netdev'],
  [7, 'bridge'],
  [10, 'ip6'],
]);
/** NF_* and NFT_* verdicts (linux/netfilter.h, nf_tables.h). */
const verdicts = new Map([
  [0, 'drop'],
  [1, 'accept'],
  [2, 'stolen'],
  [3, 'queue'],
  [4, 'repeat'],
  [-1, 'continue'],
  [-2, 'break'],
  [-3, 'jump'],
  [-4, 'goto'],
  [-5, 'return'],
]);

export interface TraceEvent {
  /** The kernel's number for the packet; it is used again for others later. */
  readonly id: number;
  readonly kind: (typeof eventKinds)[number];
  readonly family: string;
  readonly table: string;
  readonly chain: string;
  /** 0 for a policy or the end of a chain. */
  readonly handle: number;
  /** `accept`, `drop`, `jump`, `continue`, ...; of a policy, the policy. */
  readonly verdict: string;
  /** The chain that a jump or goto leads to. */
  readonly target: string | null;
  /** ifindex; 0 for none. */
  readonly inputInterface: number;
  readonly outputInterface: number;
  /** The packet's IP header and the first bytes behind it; sent with the first event of each base chain. */
  readonly headers: Uint8Array | null;
}

/** Reads one message's body; null when it is none that can be read. */
export function readTraceEvent(buffer: Buffer, start: number, end: number): TraceEvent | null {
  if (end - start < nfgenmsgBytes) return null;
  const event = {
    id: 0,
    kind: eventKinds[0] as (typeof eventKinds)[number],
    family: families.get(buffer.readUInt8(start)) ?? 'unknown',
    table: '',
    chain: '',
    handle: 0,
    verdict: '',
    target: null as string | null,
    inputInterface: 0,
    outputInterface: 0,
  };
  const headers: Buffer[] = [];
  forEachAttribute(buffer, start + nfgenmsgBytes, end, (type, at, length) => {
    switch (type) {
      case attributes.table:
        event.table = text(buffer, at, length);
        break;
      case attributes.chain:
        event.chain = text(buffer, at, length);
        break;
      case attributes.ruleHandle:
        event.handle = unsignedNetwork(buffer, at, length);
        break;
      case attributes.type:
        event.kind = eventKinds[unsignedNetwork(buffer, at, length)] ?? 'unspecified';
        break;
      case attributes.verdict:
        forEachAttribute(buffer, at, at + length, (inner, valueAt, valueLength) => {
          if (inner === verdictCode) event.verdict = verdicts.get(buffer.readInt32BE(valueAt)) ?? 'unknown';
          if (inner === verdictChain) event.target = text(buffer, valueAt, valueLength);
        });
        break;
      case attributes.policy:
        event.verdict = verdicts.get(unsignedNetwork(buffer, at, length)) ?? 'unknown';
        break;
      case attributes.id:
        event.id = unsignedNetwork(buffer, at, length);
        break;
      case attributes.networkHeader:
        headers[0] = Buffer.from(buffer.subarray(at, at + length));
        break;
      case attributes.transportHeader:
        headers[1] = Buffer.from(buffer.subarray(at, at + length));
        break;
      case attributes.inputInterface:
        event.inputInterface = unsignedNetwork(buffer, at, length);
        break;
      case attributes.outputInterface:
        event.outputInterface = unsignedNetwork(buffer, at, length);
        break;
    }
  });
  const [network, transport] = headers;
  return {
    ...event,
    headers:
      network === undefined
        ? null
        : Buffer.concat(transport === undefined ? [network] : [network, transport]),
  };
}
