/** Behind every link type. */
import { be16, be32, bytes, ethernet8023, le16, le32 } from '../build.ts';
import { type Case, innerFrame, packet, packet6, snap } from './inner.ts';

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

/** Two packets side by side in one 802.11 frame. */
export const amsdu = bytes(
  radiotap,
  '8801 0000 020000000012 020000000099 020000000011 1000 8000',
  subframe,
  new Uint8Array((4 - (subframe.length % 4)) % 4),
  subframe,
);
