/** The same inner packet behind every link type and in every tunnel. */
import { be16, be32, bytes, ethernet, ethernet8023, ipv4, ipv6, le16, le32, tcp, udp } from './build.ts';

export const innerSource = '192.168.7.1';
export const innerDestination = '192.168.7.2';
export const innerPort = 5000;

export const datagram = udp(innerPort, 6000, bytes('68656c6c6f20776f726c64'));
export const packet = ipv4(17, datagram, { source: 'c0a80701', destination: 'c0a80702' });
export const innerFrame = ethernet(0x0800, packet, '020000000012', '020000000011');
export const packet6 = ipv6(17, datagram, 0x71, 0x72);

export interface Case {
  readonly name: string;
  readonly linkType: number;
  readonly frame: Uint8Array;
  readonly vlans?: readonly number[];
  /** Kinds and ids of the tunnels, outermost first. */
  readonly tunnels?: readonly string[];
  /** False where tshark 4.0 does not go in by itself. */
  readonly tshark?: boolean;
  readonly family?: 4 | 6;
}

function link(name: string, linkType: number, header: string, tshark = true): Case {
  return { name, linkType, frame: bytes(header, packet), tshark };
}

function wlanData(control: string, rest: string): Uint8Array {
  return bytes(
    control,
    '0000',
    '020000000012 020000000099 020000000011',
    '1000',
    rest,
    'aaaa03000000 0800',
    packet,
  );
}

const snap = 'aaaa03000000 0800';
const ppi = bytes('0000', le16(8), le32(105));
const radiotap = '0000 0800 00000000';
const prism = bytes(be32(0x44), le32(144), new Uint8Array(136));
const subframe = bytes('020000000012 020000000011', be16(8 + packet.length), snap, packet);

export const links: readonly Case[] = [
  link('NULL, little-endian', 0, '02000000'),
  link('NULL, big-endian', 0, '00000002'),
  link('LOOP', 108, '00000002'),
  link('Ethernet', 1, '020000000002 020000000001 0800'),
  { name: 'Ethernet 802.3 with SNAP', linkType: 1, frame: ethernet8023(bytes(snap, packet)) },
  { name: 'Ethernet 802.3 with LLC and IP', linkType: 1, frame: ethernet8023(bytes('060603', packet)) },
  { name: 'Ethernet, padded', linkType: 1, frame: bytes(innerFrame, new Uint8Array(20)) },
  { name: 'Token Ring', linkType: 6, frame: bytes('1040 020000000002 020000000001', snap, packet) },
  {
    name: 'Token Ring with a source route',
    linkType: 6,
    frame: bytes('1040 020000000002 820000000001 0630 0011 0020', snap, packet),
  },
  { name: 'ARCNET', linkType: 7, frame: bytes('0102 d4 00 0001', packet) },
  { name: 'ARCNET of Linux', linkType: 129, frame: bytes('0102 0000 d4 00 0001', packet) },
  { name: 'SLIP', linkType: 8, frame: bytes('00 45', new Uint8Array(14), packet), tshark: false },
  link('PPP', 9, 'ff03 0021'),
  link('PPP with a compressed header', 9, '21'),
  link('PPP in HDLC framing', 50, 'ff03 0021'),
  link('Cisco HDLC as PPP', 50, '0f00 0800'),
  link('PPPoE', 51, '1100 0007 002d 0021'),
  link('PPP with direction', 204, '00 ff03 0021'),
  link('pppd', 166, '01 03 0021', false),
  { name: 'FDDI', linkType: 10, frame: bytes('50 020000000002 020000000001', snap, packet) },
  link('RFC 2684 with LLC', 100, snap),
  link('raw', 101, ''),
  { name: 'raw IPv6', linkType: 101, frame: packet6, family: 6 },
  link('Cisco HDLC', 104, '0f00 0800'),
  link('Cisco HDLC with direction', 205, '01 0f00 0800', false),
  { name: '802.11', linkType: 105, frame: wlanData('0801', '') },
  { name: '802.11 with QoS', linkType: 105, frame: wlanData('8801', '0000') },
  { name: '802.11 with four addresses', linkType: 105, frame: wlanData('0803', '020000000055') },
  { name: '802.11 behind radiotap', linkType: 127, frame: bytes(radiotap, wlanData('0801', '')) },
  {
    name: 'radiotap with FCS and padding',
    linkType: 127,
    frame: bytes('0000 0900 02000000 30', wlanData('8801', '0000 0000'), 'deadbeef'),
  },
  { name: 'Prism', linkType: 119, frame: bytes(prism, wlanData('0801', '')) },
  {
    name: 'AVS',
    linkType: 163,
    frame: bytes(be32(0x80211001), be32(64), new Uint8Array(56), wlanData('0801', '')),
  },
  { name: 'PPI', linkType: 192, frame: bytes(ppi, wlanData('0801', '')) },
  link('Linux classical IP over ATM', 106, snap, false),
  link('Frame Relay', 107, '1841 03 cc'),
  link('Frame Relay with SNAP', 107, '1841 03 00 80 000000 0800'),
  link('Frame Relay of Cisco', 107, '1841 0800'),
  link('Frame Relay with direction', 206, '00 1841 03 cc', false),
  link('enc', 109, '02000000 00000000 00000000'),
  link('SLL', 113, '0000 0001 0006 020000000001 0000 0800'),
  {
    name: 'SLL with 802.2',
    linkType: 113,
    frame: bytes('0000 0001 0006 020000000001 0000 0004', snap, packet),
  },
  { name: 'pflog', linkType: 117, frame: bytes('3d 02 00 00', new Uint8Array(60), packet), tshark: false },
  { name: 'IP over Fibre Channel', linkType: 122, frame: bytes(new Uint8Array(16), snap, packet) },
  link('SunATM', 123, `02 00 0021 ${snap}`),
  link('IP over FireWire', 138, '0000000000000001 0000000000000002 0800'),
  { name: 'Juniper Ethernet', linkType: 178, frame: bytes('4d4743 00', innerFrame) },
  {
    name: 'ERF',
    linkType: 197,
    frame: bytes(
      new Uint8Array(8),
      '02 04',
      be16(18 + innerFrame.length),
      '0000',
      be16(innerFrame.length),
      '0000',
      innerFrame,
    ),
  },
  {
    name: 'ipnet',
    linkType: 226,
    frame: bytes('01 02 0001', be32(packet.length), new Uint8Array(16), packet),
  },
  link('IPv4', 228, ''),
  { name: 'IPv6', linkType: 229, frame: packet6, family: 6 },
  {
    name: 'NFLOG',
    linkType: 239,
    frame: bytes('02 00 0000', '08000100 08000101', le16(4 + packet.length), le16(9), packet),
  },
  {
    name: 'NFLOG, big-endian',
    linkType: 239,
    frame: bytes('02 00 0000', '00080001 08000101', be16(4 + packet.length), be16(9), packet),
    tshark: false,
  },
  {
    name: 'DOCSIS',
    linkType: 143,
    frame: bytes('00 00', be16(innerFrame.length + 4), '0000', innerFrame, '00000000'),
    tshark: false,
  },
  { name: 'multilink Frame Relay', linkType: 182, frame: bytes('c001 1841 03 cc', packet), tshark: false },
  { name: 'netANALYZER', linkType: 240, frame: bytes('00000000', innerFrame, '00000000'), tshark: false },
  { name: 'IPoIB', linkType: 242, frame: bytes(new Uint8Array(40), '0800 0000', packet) },
  { name: 'PKTAP', linkType: 258, frame: bytes(le32(108), le32(1), le32(1), new Uint8Array(96), innerFrame) },
  link('SLL2', 276, '0800 0000 00000002 0001 00 06 020000000001 0000'),
  link('DSA', 284, '020000000002 020000000001 c0 00 00 01 0800', false),
  {
    ...link('EDSA with a VLAN', 285, '020000000002 020000000001 dada 0000 e0 00 00 07 0800', false),
    vlans: [7],
  },
  link('Broadcom tag', 281, '020000000002 020000000001 20000001 0800', false),
  { name: 'Broadcom tag in front', linkType: 282, frame: bytes('20000001', innerFrame), tshark: false },
];

function over(protocol: number, payload: Uint8Array): Uint8Array {
  return ethernet(0x0800, ipv4(protocol, payload));
}

function overUdp(port: number, payload: Uint8Array): Uint8Array {
  return over(17, udp(40000, port, payload));
}

const ppp = bytes('ff03 0021', packet);
const macs = '020000000012 020000000011';

export const tunnels: readonly Case[] = [
  { name: 'VLAN', linkType: 1, frame: ethernet(0x8100, bytes('000a 0800', packet)), vlans: [10] },
  {
    name: 'QinQ',
    linkType: 1,
    frame: ethernet(0x88a8, bytes('0064 8100 000a 0800', packet)),
    vlans: [100, 10],
  },
  {
    name: 'VLANs five deep',
    linkType: 1,
    frame: ethernet(0x8100, bytes('0001 8100 0002 8100 0003 8100 0004 8100 0005 0800', packet)),
    vlans: [1, 2, 3, 4, 5],
  },
  {
    name: 'VLAN and LLC',
    linkType: 1,
    frame: ethernet(0x8100, bytes('000a', be16(8 + packet.length), snap, packet)),
    vlans: [10],
  },
  {
    name: 'MPLS',
    linkType: 1,
    frame: ethernet(0x8847, bytes('0000a0ff 000141ff', packet)),
    tunnels: ['mpls 10', 'mpls 20'],
  },
  {
    name: 'MPLS pseudowire with control word',
    linkType: 1,
    frame: ethernet(0x8847, bytes('000141ff 00000000', innerFrame)),
    tunnels: ['mpls 20'],
    tshark: false,
  },
  {
    name: 'MPLS pseudowire without control word',
    linkType: 1,
    frame: ethernet(0x8847, bytes('000141ff', innerFrame)),
    tunnels: ['mpls 20'],
    tshark: false,
  },
  {
    name: 'PPPoE',
    linkType: 1,
    frame: ethernet(0x8864, bytes('1100 0007', be16(2 + packet.length), '0021', packet)),
    tunnels: ['pppoe 7'],
  },
  {
    name: 'VXLAN',
    linkType: 1,
    frame: overUdp(4789, bytes('08000000 001001 00', innerFrame)),
    tunnels: ['vxlan 4097'],
  },
  {
    name: 'VXLAN on 8472',
    linkType: 1,
    frame: overUdp(8472, bytes('08000000 000001 00', innerFrame)),
    tunnels: ['vxlan 1'],
    tshark: false,
  },
  {
    name: 'VXLAN with a VLAN in it',
    linkType: 1,
    frame: overUdp(4789, bytes('08000000 001001 00', macs, '8100 000a 0800', packet)),
    tunnels: ['vxlan 4097'],
    vlans: [10],
  },
  {
    name: 'VXLAN in VXLAN',
    linkType: 1,
    frame: overUdp(4789, bytes('08000000 000001 00', overUdp(4789, bytes('08000000 000002 00', innerFrame)))),
    tunnels: ['vxlan 1', 'vxlan 2'],
  },
  {
    name: 'VXLAN-GPE with IPv4',
    linkType: 1,
    frame: overUdp(4790, bytes('0c000001 000005 00', packet)),
    tunnels: ['vxlan-gpe 5'],
  },
  {
    name: 'VXLAN-GPE with Ethernet',
    linkType: 1,
    frame: overUdp(4790, bytes('0c000003 000005 00', innerFrame)),
    tunnels: ['vxlan-gpe 5'],
  },
  {
    name: 'VXLAN-GPE with NSH',
    linkType: 1,
    frame: overUdp(4790, bytes('0c000004 000005 00 0fc20201 00002aff', packet)),
    tunnels: ['vxlan-gpe 5', 'nsh 42'],
  },
  {
    name: 'Geneve',
    linkType: 1,
    frame: overUdp(6081, bytes('00 00 6558 00000a 00', innerFrame)),
    tunnels: ['geneve 10'],
  },
  {
    name: 'Geneve with options',
    linkType: 1,
    frame: overUdp(6081, bytes('02 00 0800 00000a 00 0102 80 01 deadbeef', packet)),
    tunnels: ['geneve 10'],
  },
  { name: 'GRE', linkType: 1, frame: over(47, bytes('0000 0800', packet)), tunnels: ['gre null'] },
  {
    name: 'GRE with checksum, key and sequence',
    linkType: 1,
    frame: over(47, bytes('b000 0800 00000000 00000063 00000001', packet)),
    tunnels: ['gre 99'],
  },
  {
    name: 'GRE with IPv6',
    linkType: 1,
    frame: over(47, bytes('0000 86dd', packet6)),
    tunnels: ['gre null'],
    family: 6,
  },
  {
    name: 'GRE with Ethernet',
    linkType: 1,
    frame: over(47, bytes('0000 6558', innerFrame)),
    tunnels: ['gre null'],
  },
  {
    name: 'NVGRE',
    linkType: 1,
    frame: over(47, bytes('2000 6558 00001102', innerFrame)),
    tunnels: ['nvgre 17'],
  },
  {
    name: 'ERSPAN I',
    linkType: 1,
    frame: over(47, bytes('0000 88be', innerFrame)),
    tunnels: ['erspan null'],
  },
  {
    name: 'ERSPAN II',
    linkType: 1,
    frame: over(47, bytes('1000 88be 00000001 1000 0005 00000000', innerFrame)),
    tunnels: ['erspan 5'],
  },
  {
    name: 'ERSPAN III',
    linkType: 1,
    frame: over(47, bytes('1000 22eb 00000001 2000 0005 00000000 0000 0000', innerFrame)),
    tunnels: ['erspan 5'],
  },
  {
    name: 'ERSPAN III with a sub-header',
    linkType: 1,
    frame: over(47, bytes('1000 22eb 00000001 2000 0005 00000000 0000 0001 0000000000000000', innerFrame)),
    tunnels: ['erspan 5'],
  },
  {
    name: 'PPTP',
    linkType: 1,
    frame: over(47, bytes('3081 880b', be16(ppp.length), '0010 00000001 00000001', ppp)),
    tunnels: ['pptp 16'],
  },
  { name: 'WCCP', linkType: 1, frame: over(47, bytes('0000 883e 00000000', packet)), tunnels: ['wccp null'] },
  {
    name: 'MPLS in GRE',
    linkType: 1,
    frame: over(47, bytes('0000 8847 000141ff', packet)),
    tunnels: ['gre null', 'mpls 20'],
  },
  {
    name: 'NSH in GRE',
    linkType: 1,
    frame: over(47, bytes('0000 894f 0fc20201 00002aff', packet)),
    tunnels: ['gre null', 'nsh 42'],
  },
  { name: 'IP in IP', linkType: 1, frame: over(4, packet), tunnels: ['ipip null'] },
  { name: '6in4', linkType: 1, frame: over(41, packet6), tunnels: ['6in4 null'], family: 6 },
  { name: '4in6', linkType: 1, frame: ethernet(0x86dd, ipv6(4, packet)), tunnels: ['4in6 null'] },
  {
    name: 'IPv6 in IPv6',
    linkType: 1,
    frame: ethernet(0x86dd, ipv6(41, packet6)),
    tunnels: ['ip6ip6 null'],
    family: 6,
  },
  { name: 'EtherIP', linkType: 1, frame: over(97, bytes('3000', innerFrame)), tunnels: ['etherip null'] },
  {
    name: 'Ethernet behind a segment routing header',
    linkType: 1,
    frame: ethernet(0x86dd, ipv6(43, bytes('8f 02 04 00 00 00 0000', new Uint8Array(16), innerFrame))),
    tunnels: ['srv6 null'],
  },
  {
    name: 'MPLS in IP',
    linkType: 1,
    frame: over(137, bytes('000141ff', packet)),
    tunnels: ['mpls-in-ip null', 'mpls 20'],
  },
  {
    name: 'MPLS in UDP',
    linkType: 1,
    frame: overUdp(6635, bytes('000141ff', packet)),
    tunnels: ['mpls-in-udp null', 'mpls 20'],
  },
  { name: 'Teredo', linkType: 1, frame: overUdp(3544, packet6), tunnels: ['teredo null'], family: 6 },
  {
    name: 'Teredo with indications',
    linkType: 1,
    frame: overUdp(3544, bytes('0001 0000 0000000000000000 00 0000 63b4 f5fffffe', packet6)),
    tunnels: ['teredo null'],
    family: 6,
  },
  {
    name: 'AYIYA',
    linkType: 1,
    frame: overUdp(5072, bytes('44 52 11 29 00000000', new Uint8Array(36), packet6)),
    tunnels: ['ayiya null'],
    family: 6,
  },
  {
    name: 'GRE in UDP',
    linkType: 1,
    frame: overUdp(4754, bytes('2000 0800 00000063', packet)),
    tunnels: ['gre-in-udp 99'],
  },
  {
    name: 'GTP-U',
    linkType: 1,
    frame: overUdp(2152, bytes('30 ff', be16(packet.length), '00000102', packet)),
    tunnels: ['gtp-u 258'],
  },
  {
    name: 'GTP-U with an extension header',
    linkType: 1,
    frame: overUdp(2152, bytes('34 ff', be16(packet.length + 8), '00000102 0000 00 85 01 000900', packet)),
    tunnels: ['gtp-u 258'],
  },
  {
    name: 'NSH',
    linkType: 1,
    frame: ethernet(0x894f, bytes('0fc20203 00002aff', innerFrame)),
    tunnels: ['nsh 42'],
  },
  { name: 'PBB', linkType: 1, frame: ethernet(0x88e7, bytes('00 000123', innerFrame)), tunnels: ['pbb 291'] },
  {
    name: 'E-Tag',
    linkType: 1,
    frame: ethernet(0x893f, bytes('0000 0005 0000 0800', packet)),
    tunnels: ['e-tag 5'],
  },
  {
    name: 'VN-Tag',
    linkType: 1,
    frame: ethernet(0x8926, bytes('00050006 0800', packet)),
    tunnels: ['vn-tag null'],
  },
  {
    name: 'FabricPath',
    linkType: 1,
    frame: ethernet(0x8903, bytes('0060', innerFrame)),
    tunnels: ['fabricpath 1'],
  },
  {
    name: 'TRILL',
    linkType: 1,
    frame: ethernet(0x22f3, bytes('003f 0001 0002', innerFrame)),
    tunnels: ['trill null'],
  },
  {
    name: 'STT',
    linkType: 1,
    frame: over(
      6,
      tcp(
        40000,
        7471,
        bytes('00 00 00 00 0000 0000 0000000000000009 0000', innerFrame),
        (18 + innerFrame.length) * 65536,
      ),
    ),
    tunnels: ['stt 9'],
  },
  {
    name: 'flannel UDP',
    linkType: 1,
    frame: overUdp(8285, packet),
    tunnels: ['flannel-udp null'],
    tshark: false,
  },
  { name: 'L2TP', linkType: 1, frame: overUdp(1701, bytes('0002 0001 0002', ppp)), tunnels: ['l2tp 2'] },
  {
    name: 'L2TP with length and sequence',
    linkType: 1,
    frame: overUdp(1701, bytes('4802', be16(12 + ppp.length), '0001 0002 0000 0000', ppp)),
    tunnels: ['l2tp 2'],
  },
  {
    name: 'L2TPv3 with Ethernet',
    linkType: 1,
    frame: overUdp(1701, bytes('0003 0000 00000009 00000000', innerFrame)),
    tunnels: ['l2tpv3 9'],
    tshark: false,
  },
  {
    name: 'LISP',
    linkType: 1,
    frame: overUdp(4341, bytes('08000000 000005 00', packet)),
    tunnels: ['lisp 5'],
  },
  {
    name: 'GUE',
    linkType: 1,
    frame: overUdp(6080, bytes('00 04 0000', packet)),
    tunnels: ['gue null'],
    tshark: false,
  },
  { name: 'GUE, direct', linkType: 1, frame: overUdp(6080, packet), tunnels: ['gue null'], tshark: false },
  {
    name: 'CAPWAP with 802.11',
    linkType: 1,
    frame: overUdp(
      5247,
      bytes(
        '00 10 0100 0000 0000',
        bytes('0108', '0000', '020000000012 020000000099 020000000011', '1000', snap, packet),
      ),
    ),
    tunnels: ['capwap null'],
    tshark: false,
  },
  {
    name: 'TZSP',
    linkType: 1,
    frame: overUdp(37008, bytes('01 00 0001 01', innerFrame)),
    tunnels: ['tzsp null'],
  },
  {
    name: 'PIM register',
    linkType: 1,
    frame: over(103, bytes('21 00 0000 00000000', packet)),
    tunnels: ['pim-register null'],
  },
  {
    name: 'AH',
    linkType: 1,
    frame: ethernet(
      0x0800,
      ipv4(51, bytes('11 04 0000 00000001 00000001', new Uint8Array(12), datagram), {
        source: 'c0a80701',
        destination: 'c0a80702',
      }),
    ),
  },
  {
    name: 'IPv6 extension headers',
    linkType: 1,
    frame: ethernet(
      0x86dd,
      ipv6(
        0,
        bytes(
          '3c 00 050200000100',
          '2b 00 010400000000',
          '2c 00 03 00 00000000',
          '11 00 0000 00000009',
          datagram,
        ),
        0x71,
        0x72,
      ),
    ),
    family: 6,
  },
  {
    name: 'ISL',
    linkType: 1,
    frame: bytes(
      '01000c000000 020000000001',
      be16(innerFrame.length + 12),
      'aaaa03 00000c 0014 0000 0000',
      innerFrame,
    ),
    vlans: [10],
  },
  {
    name: 'Arista timestamp',
    linkType: 1,
    frame: ethernet(0xd28b, bytes('0001 0010 0000000000000000 0800', packet)),
  },
  {
    name: 'Marvell tag',
    linkType: 1,
    frame: ethernet(0xdada, bytes('0000 c0000001 0800', packet)),
    tshark: false,
  },
  {
    name: 'batman',
    linkType: 1,
    frame: ethernet(0x4305, bytes('40 0f 32 01 020000000077', innerFrame)),
    tunnels: ['batman null'],
  },
  {
    name: 'PIM version 1 register',
    linkType: 1,
    frame: over(2, bytes('14 01 0000 10 000000', packet)),
    tunnels: ['pim-register null'],
  },
  { name: 'HSR', linkType: 1, frame: ethernet(0x892f, bytes('1034 0001 0800', packet)) },
  {
    name: 'MACsec, integrity only',
    linkType: 1,
    frame: ethernet(0x88e5, bytes('00 00 00000001 0800', packet, new Uint8Array(16))),
  },
  {
    name: 'VXLAN over VLAN and MPLS over GRE',
    linkType: 1,
    frame: ethernet(
      0x8100,
      bytes(
        '0014 0800',
        ipv4(
          17,
          udp(
            40000,
            4789,
            bytes('08000000 000001 00', macs, '0800', ipv4(47, bytes('0000 8847 000141ff', packet))),
          ),
        ),
      ),
    ),
    vlans: [20],
    tunnels: ['vxlan 1', 'gre null', 'mpls 20'],
  },
];

/** Two packets side by side in one 802.11 frame. */
export const amsdu = bytes(
  radiotap,
  '8801 0000 020000000012 020000000099 020000000011 1000 8000',
  subframe,
  new Uint8Array((4 - (subframe.length % 4)) % 4),
  subframe,
);
