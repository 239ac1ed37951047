/**
 * Tags between the MAC addresses and the EtherType that are neither VLAN nor tunnel with addresses: provider
 * backbone bridging (802.1ah), E-Tag (802.1BR), VN-Tag, FabricPath, TRILL (RFC 6325), HSR, Cisco metadata, MACsec.
 */
import { u16, u24 } from '../bytes.ts';
import { kindNumber } from '../encapsulations.ts';
import { nextEthernet, nextEtherType } from '../next.ts';
import { defineProtocol, type Protocol } from '../protocol.ts';
import type { Walk } from '../walk.ts';

const pbbKind = kindNumber('pbb');
const eTagKind = kindNumber('e-tag');
const vnTagKind = kindNumber('vn-tag');
const fabricPathKind = kindNumber('fabricpath');
const trillKind = kindNumber('trill');

/** I-TAG: priority and flags, 24 bits of service id; then the customer's whole frame. */
function stepPbb(walk: Walk): Protocol | null {
  if (walk.available < 4) return walk.malformed();
  walk.tag(pbbKind, u24(walk.buffer, walk.offset + 1));
  walk.offset += 4;
  return nextEthernet();
}

/** 802.1BR 11.5: priority and ingress E-CID base, group and E-CID base, the two extensions. */
function stepETag(walk: Walk): Protocol | null {
  const { buffer, offset } = walk;
  if (walk.available < 8) return walk.malformed();
  const channel = (u16(buffer, offset + 2) & 0x3fff) | ((buffer[offset + 5] ?? 0) << 14);
  walk.tag(eTagKind, channel);
  walk.offset = offset + 8;
  return nextEtherType(walk, u16(buffer, offset + 6));
}

/** Direction, pointer, 14 bits of destination interface; loop, version, 12 bits of source interface. */
function stepVnTag(walk: Walk): Protocol | null {
  const { buffer, offset } = walk;
  if (walk.available < 6) return walk.malformed();
  walk.tag(vnTagKind, -1);
  walk.offset = offset + 6;
  return nextEtherType(walk, u16(buffer, offset + 4));
}

/** 10 bits of forwarding tag, 6 of time to live; then the frame. */
function stepFabricPath(walk: Walk): Protocol | null {
  if (walk.available < 2) return walk.malformed();
  walk.tag(fabricPathKind, u16(walk.buffer, walk.offset) >> 6);
  walk.offset += 2;
  return nextEthernet();
}

/** RFC 6325 3.1: version, multi-destination, 5 bits of options length in words, hops; the two nicknames. */
function stepTrill(walk: Walk): Protocol | null {
  const { buffer, offset } = walk;
  if (walk.available < 6) return walk.malformed();
  const length = 6 + ((u16(buffer, offset) >> 6) & 0x1f) * 4;
  if (walk.available < length) return walk.malformed();
  walk.tag(trillKind, -1);
  walk.offset = offset + length;
  return nextEthernet();
}

/** IEC 62439-3: path and size, sequence number. */
function stepHsr(walk: Walk): Protocol | null {
  if (walk.available < 6) return walk.malformed();
  walk.offset += 6;
  return nextEtherType(walk, u16(walk.buffer, walk.offset - 2));
}

/** Version, length in words of 4 octets counted from 1, option, security group. */
function stepMetadata(walk: Walk): Protocol | null {
  if (walk.available < 8) return walk.malformed();
  walk.offset += 8;
  return nextEtherType(walk, u16(walk.buffer, walk.offset - 2));
}

/** In GRE the type of what follows stands first. */
function stepMetadataInGre(walk: Walk): Protocol | null {
  if (walk.available < 8) return walk.malformed();
  walk.offset += 8;
  return nextEtherType(walk, u16(walk.buffer, walk.offset - 8));
}

const encrypted = 0x08;
const changed = 0x04;
const hasChannelId = 0x20;
const integrityCheckLength = 16;

/** IEEE 802.1AE 9.3: only what is neither encrypted nor changed can be read; an integrity check ends the frame. */
function stepMacsec(walk: Walk): Protocol | null {
  const { buffer, offset } = walk;
  if (walk.available < 6) return walk.malformed();
  const control = buffer[offset] ?? 0;
  if ((control & (encrypted | changed)) !== 0) return null;
  const length = (control & hasChannelId) !== 0 ? 14 : 6;
  const rest = walk.wireEnd - offset - length - integrityCheckLength;
  if (walk.available < length + 2 || rest < 2) return walk.malformed();
  walk.offset = offset + length;
  const shortLength = (buffer[offset + 1] ?? 0) & 0x3f;
  walk.limit(shortLength > 0 && shortLength < rest ? shortLength : rest);
  if (walk.available < 2) return walk.malformed();
  walk.offset += 2;
  return nextEtherType(walk, u16(buffer, walk.offset - 2));
}

export const pbb = defineProtocol({
  name: 'ieee8021ah',
  etherTypes: [0x88e7],
  step: stepPbb,
  describe: (fields, from) => {
    const service = fields.number('ieee8021ah.isid', 'I-SID', from + 1, 3);
    fields.title(`IEEE 802.1ah, I-SID: ${service}`);
  },
});

export const eTag = defineProtocol({
  name: 'ieee8021br',
  etherTypes: [0x893f],
  step: stepETag,
  describe: (fields, from) => {
    fields.bits('ieee8021br.group', 'GRP', from + 2, 2, 0xc000);
    const channel = fields.bits('ieee8021br.ecid_base', 'E-CID base', from + 2, 2, 0x3fff);
    fields.title(`802.1BR E-Tag, E-CID base: ${channel}`);
  },
});

export const vnTag = defineProtocol({
  name: 'vntag',
  etherTypes: [0x8926],
  step: stepVnTag,
  describe: (fields, from) => {
    fields.bits('vntag.dir', 'Direction', from, 4, 0x80000000);
    fields.bits('vntag.dst', 'Destination', from, 4, 0x3fff0000);
    fields.bits('vntag.src', 'Source', from, 4, 0x00000fff);
    fields.title('VN-Tag');
  },
});

export const fabricPath = defineProtocol({
  name: 'cfp',
  etherTypes: [0x8903],
  step: stepFabricPath,
  describe: (fields, from) => {
    const tag = fields.bits('cfp.ftag', 'FTAG', from, 2, 0xffc0);
    fields.bits('cfp.ttl', 'TTL', from, 2, 0x003f);
    fields.title(`Cisco FabricPath, FTAG: ${tag}`);
  },
});

export const trill = defineProtocol({
  name: 'trill',
  etherTypes: [0x22f3],
  step: stepTrill,
  describe: (fields, from) => {
    fields.number('trill.egress_nick', 'Egress/Root RBridge Nickname', from + 2, 2);
    fields.number('trill.ingress_nick', 'Ingress RBridge Nickname', from + 4, 2);
    fields.title('TRILL');
  },
});

export const hsr = defineProtocol({ name: 'hsr', etherTypes: [0x892f], step: stepHsr });

export const metadata = defineProtocol({ name: 'cmd', etherTypes: [0x8909], step: stepMetadata });

export const metadataInGre = defineProtocol({ name: 'cmd', step: stepMetadataInGre });

export const macsec = defineProtocol({
  name: 'macsec',
  etherTypes: [0x88e5],
  step: stepMacsec,
  describe: (fields, from) => {
    const isEncrypted = fields.flag('macsec.E', 'Encrypted Payload', from, 1, encrypted);
    fields.number('macsec.SL', 'Short length', from + 1, 1);
    fields.number('macsec.PN', 'Packet number', from + 2, 4);
    fields.title('802.1AE Security tag');
    fields.summary('MACSEC', isEncrypted ? 'MACsec frame (encrypted)' : 'MACsec frame');
  },
});
