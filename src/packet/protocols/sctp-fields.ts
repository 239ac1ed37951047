import { type Fields, hex } from '../fields.ts';

const chunks: Readonly<Record<number, string>> = {
  0: 'DATA',
  1: 'INIT',
  2: 'INIT_ACK',
  3: 'SACK',
  4: 'HEARTBEAT',
  5: 'HEARTBEAT_ACK',
  6: 'ABORT',
  7: 'SHUTDOWN',
  8: 'SHUTDOWN_ACK',
  9: 'ERROR',
  10: 'COOKIE_ECHO',
  11: 'COOKIE_ACK',
  12: 'ECNE',
  13: 'CWR',
  14: 'SHUTDOWN_COMPLETE',
  15: 'AUTH',
  64: 'I_DATA',
  128: 'ASCONF_ACK',
  130: 'RE_CONFIG',
  132: 'PAD',
  192: 'FORWARD_TSN',
  193: 'ASCONF',
};
const maxChunks = 256;

export function describeSctp(fields: Fields, from: number): void {
  const source = fields.number('sctp.srcport', 'Source port', from, 2);
  const destination = fields.number('sctp.dstport', 'Destination port', from + 2, 2);
  fields.number('sctp.verification_tag', 'Verification tag', from + 4, 4, hex(8));
  fields.number('sctp.checksum', 'Checksum', from + 8, 4, hex(8));
  const seen: string[] = [];
  let at = from + 12;
  for (let count = 0; count < maxChunks && fields.has(at, 4); count++) {
    const type = fields.bytes[at] ?? 0;
    const length = ((fields.bytes[at + 2] ?? 0) << 8) | (fields.bytes[at + 3] ?? 0);
    const name = chunks[type] ?? `chunk ${type}`;
    seen.push(name);
    const start = at;
    fields.group('sctp.chunk', start, Math.max(4, length), () => {
      fields.number('sctp.chunk_type', 'Chunk type', start, 1, (value) => `${name} (${value})`);
      fields.number('sctp.chunk_flags', 'Chunk flags', start + 1, 1, hex(2));
      fields.number('sctp.chunk_length', 'Chunk length', start + 2, 2);
      return `${name} chunk`;
    });
    if (length < 4) break;
    at += (length + 3) & ~3;
  }
  fields.title(`Stream Control Transmission Protocol, Src Port: ${source}, Dst Port: ${destination}`);
  fields.summary('SCTP', `${source} → ${destination} ${seen.join(' ')}`);
}

const packets = [
  'Request',
  'Response',
  'Data',
  'Ack',
  'DataAck',
  'CloseReq',
  'Close',
  'Reset',
  'Sync',
  'SyncAck',
] as const;

export function describeDccp(fields: Fields, from: number): void {
  const source = fields.number('dccp.srcport', 'Source Port', from, 2);
  const destination = fields.number('dccp.dstport', 'Destination Port', from + 2, 2);
  fields.number('dccp.data_offset', 'Data Offset', from + 4, 1);
  fields.bits('dccp.ccval', 'CCVal', from + 5, 1, 0xf0);
  fields.bits('dccp.cscov', 'Checksum Coverage', from + 5, 1, 0x0f);
  fields.number('dccp.checksum', 'Checksum', from + 6, 2, hex(4));
  const type = fields.bits('dccp.type', 'Type', from + 8, 1, 0x1e, (value) => packets[value] ?? `${value}`);
  const extended = fields.flag('dccp.x', 'Extended Sequence Numbers', from + 8, 1, 1);
  if (extended) fields.number('dccp.seq_raw', 'Sequence Number (raw)', from + 10, 6);
  else fields.number('dccp.seq_raw', 'Sequence Number (raw)', from + 9, 3);
  fields.title(`Datagram Congestion Control Protocol, Src Port: ${source}, Dst Port: ${destination}`);
  fields.summary('DCCP', `${source} → ${destination} [${packets[type] ?? type}]`);
}
