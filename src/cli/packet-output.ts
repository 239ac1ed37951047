import type { Dissection } from '../packet/model.ts';
import type { PacketEntry, Session } from '../session/model.ts';
export function packetText(_s: Session, e: PacketEntry, d: Dissection, _: object): string {
  return `${e.number} ${d.source} > ${d.destination} ${d.protocol} ${d.info}`;
}
export function packetObject(_s: Session, e: PacketEntry, d: Dissection, _: object): object {
  return { ...e, ...d };
}
