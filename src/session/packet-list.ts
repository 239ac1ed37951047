import { segmentFieldNames } from '../flow/tcp/flags.ts';
import { dissect } from '../packet/dissect.ts';
import type { Dissection } from '../packet/model.ts';
import type { Ingest } from './ingest.ts';
import type { PacketEntry, PacketList } from './model.ts';
import type { PacketBytes } from './packet-bytes.ts';
import { createRow } from './packet-index.ts';

const none: readonly string[] = [];

/** Names of the fields that TCP analysis gives a segment with these bits. */
function analysisOf(mask: number): readonly string[] {
  return mask === 0 ? none : segmentFieldNames.filter((_, bit) => (mask & (1 << bit)) !== 0);
}

/**
 * The packets of a session, decoded when they are looked at.
 *
 * @param bytesOf where the packets of an interface are kept.
 */
export function createPacketList(
  ingest: Ingest,
  bytesOf: (interfaceId: number) => PacketBytes | undefined,
  vxlanPorts: () => ReadonlySet<number>,
): PacketList {
  const row = createRow();
  const linkTypeOf = (interfaceId: number): number => ingest.interfaces[interfaceId]?.device.linkType ?? -1;

  function bytes(number: number): Uint8Array | undefined {
    if (ingest.index === null || !ingest.index.read(number, row)) return undefined;
    return bytesOf(row.interfaceId)?.read(row.position, row.capturedLength);
  }

  return {
    get first() {
      return ingest.index?.first ?? 1;
    },
    get last() {
      return ingest.index?.last ?? 0;
    },
    at(number): PacketEntry | undefined {
      if (ingest.index === null || !ingest.index.read(number, row)) return undefined;
      return {
        number,
        seconds: row.seconds,
        nanoseconds: row.nanoseconds,
        interfaceId: row.interfaceId,
        linkType: linkTypeOf(row.interfaceId),
        wireLength: row.wireLength,
        capturedLength: row.capturedLength,
        flow: row.flow,
        innerFlow: row.innerFlow,
        analysis: analysisOf(row.analysis),
      };
    },
    bytes,
    dissect(number): Dissection | undefined {
      const frame = bytes(number);
      if (frame === undefined) return undefined;
      const interfaceName = ingest.interfaces[row.interfaceId]?.device.name ?? undefined;
      const comments = ingest.packetComments.get(number);
      return dissect(frame, {
        number,
        linkType: linkTypeOf(row.interfaceId),
        wireLength: row.wireLength,
        vxlanPorts: vxlanPorts(),
        dnsNames: ingest.resolved,
        analysis: analysisOf(row.analysis),
        ...(interfaceName === undefined ? {} : { interfaceName }),
        ...(comments === undefined ? {} : { comments }),
      });
    },
    ofFlows(flows, limit) {
      return ingest.index?.ofFlows(flows, limit) ?? [];
    },
  };
}
