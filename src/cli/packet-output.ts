/** `netscope packets`: one packet as text or as data. */
import { isoTime } from '../flow/clock.ts';
import type { Dissection } from '../packet/model.ts';
import { hexDump } from '../packet/print/hex-dump.ts';
import { formatLine, formatTree } from '../packet/print/line.ts';
import type { PacketEntry, Session } from '../session/model.ts';

export interface PacketStyle {
  /** The decoded tree. */
  readonly verbose: boolean;
  /** The bytes. */
  readonly hex: boolean;
}

/** One packet and what was made of it. */
export interface ShownPacket {
  readonly entry: PacketEntry;
  readonly dissection: Dissection;
  readonly frame: Uint8Array;
}

/** Its line, and below it what the style asks for. */
export function packetText(
  session: Session,
  { entry, dissection, frame }: ShownPacket,
  style: PacketStyle,
): string {
  const lines = [
    formatLine(dissection, {
      seconds: entry.seconds,
      nanoseconds: entry.nanoseconds,
      interfaceName: interfaceName(session, entry),
      wireLength: entry.wireLength,
    }),
  ];
  if (style.verbose) lines.push(...formatTree(dissection).map((line) => `  ${line}`));
  if (style.hex) lines.push(...hexDump(frame).map((line) => `  ${line}`));
  return lines.join('\n');
}

export function packetObject(
  session: Session,
  { entry, dissection, frame }: ShownPacket,
  style: PacketStyle,
): object {
  const { source, destination, protocol, protocols, info, tree } = dissection;
  return {
    number: entry.number,
    time: isoTime(entry.seconds, entry.nanoseconds),
    interface: interfaceName(session, entry),
    flow: entry.flow === 0 ? null : entry.flow,
    innerFlow: entry.innerFlow === 0 ? null : entry.innerFlow,
    length: entry.wireLength,
    capturedLength: entry.capturedLength,
    analysis: entry.analysis,
    source,
    destination,
    protocol,
    protocols,
    info,
    ...(style.verbose ? { tree } : {}),
    ...(style.hex ? { bytes: Buffer.from(frame).toString('hex') } : {}),
  };
}

function interfaceName(session: Session, entry: PacketEntry): string | null {
  const device = session.interfaces.find(({ id }) => id === entry.interfaceId);
  if (device === undefined || (device.namespace === null && session.interfaces.length === 1)) return null;
  return device.namespace === null ? device.name : `${device.namespace}:${device.name}`;
}
