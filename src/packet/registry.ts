/**
 * From the numbers on the wire to protocols. Filled once by protocols/index.ts; a table of small integers per
 * number space keeps look-ups to two loads.
 */
import type { Protocol } from './protocol.ts';

const registered: (Protocol | null)[] = [null];
const etherTypes = new Uint8Array(65536);
const udpPorts = new Uint8Array(65536);
const pppProtocols = new Uint8Array(65536);
const ipProtocols = new Uint8Array(256);
const llcSaps = new Uint8Array(256);
const linkTypes = new Uint8Array(512);

function claim(table: Uint8Array, numbers: readonly number[] | undefined, index: number): void {
  for (const number of numbers ?? []) table[number] = index;
}

export function register(protocol: Protocol): void {
  const index = registered.push(protocol) - 1;
  claim(etherTypes, protocol.keys.etherTypes, index);
  claim(udpPorts, protocol.keys.udpPorts, index);
  claim(pppProtocols, protocol.keys.pppProtocols, index);
  claim(ipProtocols, protocol.keys.ipProtocols, index);
  claim(llcSaps, protocol.keys.llcSaps, index);
  claim(linkTypes, protocol.keys.linkTypes, index);
}

export function byEtherType(number: number): Protocol | null {
  return registered[etherTypes[number] ?? 0] ?? null;
}

export function byUdpPort(number: number): Protocol | null {
  return registered[udpPorts[number] ?? 0] ?? null;
}

export function byPppProtocol(number: number): Protocol | null {
  return registered[pppProtocols[number] ?? 0] ?? null;
}

export function byIpProtocol(number: number): Protocol | null {
  return registered[ipProtocols[number] ?? 0] ?? null;
}

export function byLlcSap(number: number): Protocol | null {
  return registered[llcSaps[number] ?? 0] ?? null;
}

/** Also for numbers past the table. */
export function byLinkType(number: number): Protocol | null {
  return number >= 0 && number < linkTypes.length ? (registered[linkTypes[number] ?? 0] ?? null) : null;
}
