/** Whether a packet can have a socket of this namespace. */
import type { Packet } from '../packet.ts';

/** A packet that came in by a device and leaves by one belongs to nobody here. */
export function isForwarded(packet: Packet): boolean {
  return (packet.in !== '' || packet.bridge !== null) && packet.out !== '';
}
