/** Writes classic pcap files (nanoseconds, Ethernet) for tests. */
import { writeFileSync } from 'node:fs';

export interface TimedFrame {
  /** Nanoseconds since the capture began. */
  readonly time: number;
  readonly frame: Uint8Array;
}

const startSecond = 1_767_323_045;

export function writePcap(path: string, frames: readonly TimedFrame[]): void {
  const header = Buffer.alloc(24);
  header.writeUInt32LE(0xa1b23c4d, 0);
  header.writeUInt16LE(2, 4);
  header.writeUInt16LE(4, 6);
  header.writeUInt32LE(262_144, 16);
  header.writeUInt32LE(1, 20);
  const parts: Uint8Array[] = [header];
  for (const { time, frame } of frames) {
    const record = Buffer.alloc(16);
    record.writeUInt32LE(startSecond + Math.floor(time / 1e9), 0);
    record.writeUInt32LE(time % 1e9, 4);
    record.writeUInt32LE(frame.length, 8);
    record.writeUInt32LE(frame.length, 12);
    parts.push(record, frame);
  }
  writeFileSync(path, Buffer.concat(parts));
}
