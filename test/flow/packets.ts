/** Builds frames for tests: Ethernet, IPv4 and IPv6, TCP, UDP, ICMP. Checksums are left 0. */

export type Bytes = Uint8Array<ArrayBuffer>;

export function concat(...parts: readonly Uint8Array[]): Bytes {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

export function text(value: string): Bytes {
  return new Uint8Array(new TextEncoder().encode(value));
}

function bytes16(value: number): Bytes {
  return Uint8Array.of((value >> 8) & 255, value & 255);
}

function bytes32(value: number): Bytes {
  return Uint8Array.of((value >>> 24) & 255, (value >>> 16) & 255, (value >>> 8) & 255, value & 255);
}

/** `10.0.0.1`, or an IPv6 address of eight groups or with `::`. */
export function address(value: string): Bytes {
  if (!value.includes(':')) return Uint8Array.from(value.split('.').map(Number));
  const [head = '', tail] = value.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const middle = new Array<string>(8 - left.length - right.length).fill('0');
  return concat(...[...left, ...middle, ...right].map((group) => bytes16(Number.parseInt(group, 16))));
}

export function mac(value: number): Bytes {
  return Uint8Array.of(2, 0, 0, 0, (value >> 8) & 255, value & 255);
}

export interface EthernetOptions {
  readonly from?: number;
  readonly to?: number;
  readonly vlans?: readonly number[];
}

export function ethernet(packet: Uint8Array, options: EthernetOptions = {}): Bytes {
  const tags = (options.vlans ?? []).map((vlan) => concat(bytes16(0x8100), bytes16(vlan)));
  const type = bytes16((packet[0] ?? 0) >> 4 === 6 ? 0x86dd : 0x0800);
  return concat(mac(options.to ?? 2), mac(options.from ?? 1), ...tags, type, packet);
}

export interface IpOptions {
  readonly id?: number;
  readonly ttl?: number;
  /** Octets into the datagram, and whether more follow. */
  readonly fragmentOffset?: number;
  readonly more?: boolean;
}

const zero16 = bytes16(0);

export function ip(
  source: string,
  destination: string,
  protocol: number,
  payload: Uint8Array,
  options: IpOptions = {},
): Bytes {
  const { id = 0, ttl = 64, fragmentOffset = 0, more = false } = options;
  const fragmented = more || fragmentOffset > 0;
  if (!source.includes(':')) {
    const fragmentWord = (more ? 0x2000 : 0) | (fragmentOffset >> 3);
    const head = concat(
      Uint8Array.of(0x45, 0),
      bytes16(20 + payload.length),
      bytes16(id),
      bytes16(fragmentWord),
      Uint8Array.of(ttl, protocol),
      zero16,
    );
    return concat(head, address(source), address(destination), payload);
  }
  const fragmentHeader = fragmented
    ? concat(Uint8Array.of(protocol, 0), bytes16(fragmentOffset | (more ? 1 : 0)), bytes32(id))
    : new Uint8Array(0);
  const body = concat(fragmentHeader, payload);
  const next = fragmented ? 44 : protocol;
  return concat(
    bytes32(0x60000000),
    bytes16(body.length),
    Uint8Array.of(next, ttl),
    address(source),
    address(destination),
    body,
  );
}

export function udp(sourcePort: number, destinationPort: number, payload: Uint8Array): Bytes {
  return concat(bytes16(sourcePort), bytes16(destinationPort), bytes16(8 + payload.length), zero16, payload);
}

export const FIN = 1;
export const SYN = 2;
export const RST = 4;
export const ACK = 16;

export interface TcpOptions {
  readonly flags?: number;
  readonly seq?: number;
  readonly ack?: number;
  readonly window?: number;
  /** Window scale option; none by default. */
  readonly scale?: number;
  readonly payload?: Uint8Array;
}

export function tcp(sourcePort: number, destinationPort: number, options: TcpOptions = {}): Bytes {
  const { flags = ACK, seq = 0, ack = 0, window = 64240, scale, payload = new Uint8Array(0) } = options;
  const scaling = scale === undefined ? new Uint8Array(0) : Uint8Array.of(1, 3, 3, scale);
  return concat(
    bytes16(sourcePort),
    bytes16(destinationPort),
    bytes32(seq),
    bytes32(ack),
    Uint8Array.of(((20 + scaling.length) / 4) << 4, flags),
    bytes16(window),
    zero16,
    zero16,
    scaling,
    payload,
  );
}

export function icmp(type: number, code: number, rest: number, payload: Uint8Array): Bytes {
  return concat(Uint8Array.of(type, code), zero16, bytes32(rest), payload);
}

export function echo(reply: boolean, id: number, sequence: number, payload: Uint8Array): Bytes {
  return icmp(reply ? 0 : 8, 0, ((id << 16) | sequence) >>> 0, payload);
}

/** VXLAN (RFC 7348) in UDP: to be the payload of `ip`. */
export function vxlan(vni: number, sourcePort: number, frame: Uint8Array): Bytes {
  return udp(sourcePort, 4789, concat(bytes32(0x08000000), bytes32(vni << 8), frame));
}
