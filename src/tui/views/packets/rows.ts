/** Rows of the packet list, made for the screen only. */
import type { Dissection } from '../../../packet/model.ts';
import type { PacketEntry, SessionInterface } from '../../../session/model.ts';
import type { Shown } from '../../state/shown.ts';

export interface PacketRow {
  readonly entry: PacketEntry;
  /** `web:eth0`. */
  readonly interface: string;
  /** Undefined when its bytes are gone. */
  readonly dissection: Dissection | undefined;
  readonly bytes: Uint8Array | undefined;
}

/** Dissections that are kept: a few screens of them, so that a frame decodes new rows only. */
const kept = 512;

export interface PacketRows {
  row(number: number, data: Shown): PacketRow | undefined;
  /** Not kept: for filters that pass over everything. */
  once(number: number, data: Shown): PacketRow | undefined;
}

export function createPacketRows(): PacketRows {
  const dissections = new Map<number, Dissection>();

  function make(number: number, data: Shown, dissection: Dissection | undefined): PacketRow | undefined {
    const entry = data.packets.at(number);
    if (entry === undefined) return undefined;
    const bytes = data.packets.bytes(number);
    return { entry, interface: interfaceName(data.interfaces, entry.interfaceId), dissection, bytes };
  }

  return {
    row(number, data) {
      let dissection = dissections.get(number);
      if (dissection === undefined) {
        dissection = data.packets.dissect(number);
        if (dissection !== undefined) {
          dissections.set(number, dissection);
          const oldest = dissections.keys().next();
          if (dissections.size > kept && oldest.done !== true) dissections.delete(oldest.value);
        }
      }
      return make(number, data, dissection);
    },
    once: (number, data) => make(number, data, dissections.get(number) ?? data.packets.dissect(number)),
  };
}

export function interfaceName(interfaces: readonly SessionInterface[], id: number): string {
  const found =
    interfaces[id]?.id === id ? interfaces[id] : interfaces.find((candidate) => candidate.id === id);
  if (found === undefined) return `interface ${id}`;
  return found.namespace === null ? found.name : `${found.namespace}:${found.name}`;
}
