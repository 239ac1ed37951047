/** Protocols over UDP that a few octets tell: NTP, WireGuard, QUIC, DHCPv6, and tunnels as the flow outside them shows. */
import { u16, u24, u32, u32le } from '../bytes.ts';
import { hex } from '../fields.ts';
import type { Application, Payload } from './application.ts';

const ntpModes = [
  'reserved',
  'symmetric active',
  'symmetric passive',
  'client',
  'server',
  'broadcast',
  'control',
  'private',
] as const;
const ntpLength = 48;

/** RFC 5905 7.3: leap, version and mode in the first octet. */
export const ntp: Application = {
  name: 'ntp',
  transports: ['udp'],
  ports: [123],
  recognise: ({ bytes, from, end }, onPort) => {
    const version = ((bytes[from] ?? 0) >> 3) & 7;
    const mode = (bytes[from] ?? 0) & 7;
    return (
      onPort &&
      version >= 1 &&
      version <= 4 &&
      mode > 0 &&
      (mode >= 6 ? end - from >= 8 : end - from >= ntpLength)
    );
  },
  describe: (fields, { from }) => {
    fields.bits('ntp.flags.li', 'Leap Indicator', from, 1, 0xc0);
    const version = fields.bits('ntp.flags.vn', 'Version number', from, 1, 0x38);
    const mode = fields.bits(
      'ntp.flags.mode',
      'Mode',
      from,
      1,
      0x07,
      (value) => `${ntpModes[value]} (${value})`,
    );
    if (mode < 6) {
      fields.number('ntp.stratum', 'Peer Clock Stratum', from + 1, 1);
      fields.number('ntp.ppoll', 'Peer Polling Interval', from + 2, 1);
      fields.number('ntp.precision', 'Peer Clock Precision', from + 3, 1);
      fields.raw('ntp.refid', 'Reference ID', from + 12, 4);
    }
    fields.title(`Network Time Protocol (NTP Version ${version}, ${ntpModes[mode]})`);
    fields.summary('NTP', `NTP Version ${version}, ${ntpModes[mode]}`);
  },
};

const wireguardTypes = [
  '',
  'Handshake Initiation',
  'Handshake Response',
  'Cookie Reply',
  'Transport Data',
] as const;
/** Lengths of the first three messages (WireGuard paper, section 5.4). */
const wireguardLengths = [0, 148, 92, 64] as const;
const wireguardPort = 51820;

export const wireguard: Application = {
  name: 'wireguard',
  transports: ['udp'],
  ports: [wireguardPort],
  recognise: ({ bytes, from, end }, onPort) => {
    if (end - from < 32 || u24(bytes, from + 1) !== 0) return false;
    const type = bytes[from] ?? 0;
    if (type >= 1 && type <= 3) return end - from === wireguardLengths[type];
    return type === 4 && onPort && (end - from) % 16 === 0;
  },
  describe: (fields, { bytes, from }) => {
    const type = fields.number(
      'wg.type',
      'Type',
      from,
      1,
      (value) => `${wireguardTypes[value] ?? ''} (${value})`,
    );
    const index = u32le(bytes, from + 4);
    const whose = type <= 2 ? 'Sender' : 'Receiver';
    fields.note(`wg.${whose.toLowerCase()}`, `${whose}: ${hex(8)(index)}`, index, from + 4, 4);
    fields.title('WireGuard Protocol');
    fields.summary('WireGuard', wireguardTypes[type] ?? `type ${type}`);
  },
};

/** QUIC versions 1 and 2 (RFC 9000, 9369) and the drafts before them; 0 negotiates. */
function isQuicVersion(version: number): boolean {
  return version === 1 || version === 0x6b3343cf || version === 0 || version >>> 8 === 0xff0000;
}

export const quic: Application = {
  name: 'quic',
  transports: ['udp'],
  ports: [443, 4433],
  recognise: ({ bytes, from, end }, onPort) => {
    const first = bytes[from] ?? 0;
    if (end - from < 20 || (first & 0x80) === 0) return false;
    if (!isQuicVersion(u32(bytes, from + 1)) || (bytes[from + 5] ?? 0) > 20) return false;
    return onPort || ((first & 0x40) !== 0 && u32(bytes, from + 1) !== 0);
  },
  describe: (fields, { from }) => {
    fields.flag('quic.header_form', 'Header Form', from, 1, 0x80);
    const version = fields.number('quic.version', 'Version', from + 1, 4, hex(8));
    const type = fields.bits('quic.long.packet_type', 'Packet Type', from, 1, 0x30);
    const length = fields.number('quic.dcil', 'Destination Connection ID Length', from + 5, 1);
    fields.raw('quic.dcid', 'Destination Connection ID', from + 6, length);
    const name =
      version === 0 ? 'Version Negotiation' : (['Initial', '0-RTT', 'Handshake', 'Retry'][type] ?? '');
    fields.title('QUIC IETF');
    fields.summary('QUIC', name);
  },
};

const dhcpv6Types: Readonly<Record<number, string>> = {
  1: 'Solicit',
  2: 'Advertise',
  3: 'Request',
  4: 'Confirm',
  5: 'Renew',
  6: 'Rebind',
  7: 'Reply',
  8: 'Release',
  9: 'Decline',
  10: 'Reconfigure',
  11: 'Information-request',
  12: 'Relay-forw',
  13: 'Relay-reply',
};

/** RFC 8415. */
export const dhcpv6: Application = {
  name: 'dhcpv6',
  transports: ['udp'],
  ports: [546, 547],
  recognise: ({ bytes, from, end }, onPort) =>
    onPort && end - from >= 4 && dhcpv6Types[bytes[from] ?? 0] !== undefined,
  describe: (fields, { from }) => {
    const type = fields.number(
      'dhcpv6.msgtype',
      'Message type',
      from,
      1,
      (value) => `${dhcpv6Types[value]} (${value})`,
    );
    const id = fields.number('dhcpv6.xid', 'Transaction ID', from + 1, 3, hex(6));
    fields.title('DHCPv6');
    fields.summary('DHCPv6', `${dhcpv6Types[type] ?? type} XID: ${hex(6)(id)}`);
  },
};

/** RFC 7296: four zeros before IKE on port 4500, ESP otherwise. */
export const isakmp: Application = {
  name: 'isakmp',
  transports: ['udp'],
  ports: [500, 4500],
  recognise: (payload, onPort) => onPort && isakmpStart(payload) >= 0,
  describe: (fields, payload) => {
    const at = isakmpStart(payload);
    fields.raw('isakmp.ispi', 'Initiator SPI', at, 8);
    fields.raw('isakmp.rspi', 'Responder SPI', at + 8, 8);
    fields.number('isakmp.version', 'Version', at + 17, 1, hex(2));
    const exchange = fields.number('isakmp.exchangetype', 'Exchange type', at + 18, 1);
    fields.title('Internet Security Association and Key Management Protocol');
    fields.summary('ISAKMP', `Exchange type ${exchange}`);
  },
};

function isakmpStart({ bytes, from, end, sourcePort, destinationPort }: Payload): number {
  const encapsulated = sourcePort === 4500 || destinationPort === 4500;
  const at = encapsulated ? from + 4 : from;
  if (at + 28 > end || (encapsulated && u32(bytes, from) !== 0)) return -1;
  const version = (bytes[at + 17] ?? 0) >> 4;
  return version === 1 || version === 2 ? at : -1;
}

/** A tunnel's outer flow: the decoder goes into it by itself, so there is nothing more to describe here. */
function carrier(
  name: string,
  ports: readonly number[],
  plausible: (payload: Payload) => boolean,
): Application {
  return {
    name,
    transports: ['udp'],
    ports,
    recognise: (payload, onPort) => onPort && plausible(payload),
    describe: (fields) => {
      fields.title(name.toUpperCase());
      fields.summary(name.toUpperCase(), '');
    },
  };
}

const vxlanFlag = 0x08;

export const carriers: readonly Application[] = [
  carrier(
    'vxlan',
    [4789, 8472, 4790],
    ({ bytes, from, end }) => end - from >= 8 && ((bytes[from] ?? 0) & vxlanFlag) !== 0,
  ),
  carrier('geneve', [6081], ({ bytes, from, end }) => end - from >= 8 && (bytes[from] ?? 0) >> 6 === 0),
  carrier('gtp', [2152], ({ bytes, from, end }) => end - from >= 8 && (bytes[from] ?? 0) >> 5 === 1),
  carrier(
    'l2tp',
    [1701],
    ({ bytes, from, end }) => end - from >= 6 && ((u16(bytes, from) & 0xf) - 2) >>> 1 === 0,
  ),
  carrier('teredo', [3544], ({ from, end }) => end - from >= 8),
];
