/** A classic pcap file of equal UDP datagrams, 10.9.0.1:40000 to 10.9.0.2:9, with 64 bytes of payload. */
export function datagrams(count: number): Buffer {
  const header = Buffer.alloc(24);
  header.writeUInt32LE(0xa1b2c3d4, 0);
  header.writeUInt16LE(2, 4);
  header.writeUInt16LE(4, 6);
  header.writeUInt32LE(65535, 16);
  header.writeUInt32LE(1, 20);
  const frame = Buffer.alloc(14 + 20 + 8 + 64);
  frame.write('020000000002020000000001', 'hex');
  frame.writeUInt16BE(0x0800, 12);
  frame.write('4500005c000040004011267d0a0900010a090002', 14, 'hex');
  frame.writeUInt16BE(40000, 34);
  frame.writeUInt16BE(9, 36);
  frame.writeUInt16BE(8 + 64, 38);
  const record = Buffer.alloc(16);
  record.writeUInt32LE(frame.length, 8);
  record.writeUInt32LE(frame.length, 12);
  return Buffer.concat([header, ...Array.from({ length: count }, () => [record, frame]).flat()]);
}
