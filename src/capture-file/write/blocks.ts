/** pcapng blocks as bytes, in this writer's byte order: little-endian. */
import { isIPv4, isIPv6 } from 'node:net';
import type { CaptureInterface, ResolvedName } from '../model.ts';
import { blockType, padded } from '../pcapng/blocks.ts';
import {
  localHeaderLength,
  localKindSnapshot,
  localMagic,
  localVersion,
  partLength,
} from '../pcapng/local.ts';
import { byteOrderMagic } from '../sniff.ts';

/** Options' values are at most 65,535 bytes (u16). */
const longestOption = 0xffff;

export interface SectionInfo {
  readonly hardware?: string;
  readonly os?: string;
  readonly application: string;
  readonly comment?: string;
}

export function sectionHeader(info: SectionInfo): Buffer {
  const fixed = Buffer.alloc(16);
  fixed.writeUInt32LE(byteOrderMagic, 0);
  fixed.writeUInt16LE(1, 4);
  // Section length: not known.
  fixed.fill(0xff, 8);
  return block(
    blockType.sectionHeader,
    fixed,
    textOption(1, info.comment),
    textOption(2, info.hardware),
    textOption(3, info.os),
    textOption(4, info.application),
    endOfOptions,
  );
}

/** Times of this interface's packets are in nanoseconds. */
export function interfaceDescription(device: CaptureInterface, filter: string): Buffer {
  const fixed = Buffer.alloc(8);
  fixed.writeUInt16LE(device.linkType, 0);
  fixed.writeUInt32LE(device.snapLength, 4);
  return block(
    blockType.interface,
    fixed,
    textOption(2, device.name ?? undefined),
    textOption(3, device.description ?? undefined),
    option(9, Uint8Array.of(9)),
    // 0: a libpcap expression follows.
    filter === '' ? nothing : option(11, Buffer.concat([Buffer.alloc(1), Buffer.from(filter)])),
    device.fcsLength > 0 ? option(13, Uint8Array.of(device.fcsLength)) : nothing,
    endOfOptions,
  );
}

const recordIpv4 = 1;
const recordIpv6 = 2;

/** Names that are no IP addresses' are left out. */
export function nameResolution(names: readonly ResolvedName[]): Buffer {
  const records = names.map(({ address, names: of }) => {
    const bytes = addressBytes(address);
    if (bytes === null) return nothing;
    const text = of.map((name) => `${name.replaceAll('\0', '')}\0`).join('');
    return option(bytes.length === 4 ? recordIpv4 : recordIpv6, Buffer.concat([bytes, Buffer.from(text)]));
  });
  return block(blockType.names, ...records, endOfOptions);
}

/** What the interface received and dropped until now; null when nothing is known. */
export function interfaceStatistics(
  number: number,
  device: CaptureInterface,
  time: { readonly high: number; readonly low: number },
): Buffer | null {
  if (device.received === null && device.dropped === null) return null;
  const fixed = Buffer.alloc(12);
  fixed.writeUInt32LE(number, 0);
  fixed.writeUInt32LE(time.high, 4);
  fixed.writeUInt32LE(time.low, 8);
  return block(
    blockType.statistics,
    fixed,
    // isb_ifrecv and isb_ifdrop, where dumpcap too puts pcap_stats.
    countOption(4, device.received),
    countOption(5, device.dropped),
    endOfOptions,
  );
}

/** The blocks of a host snapshot (pcapng/local.ts). */
export function snapshotBlocks(compressed: Uint8Array): Buffer[] {
  const parts = Math.max(1, Math.ceil(compressed.length / partLength));
  return Array.from({ length: parts }, (_, part) => {
    const data = compressed.subarray(part * partLength, (part + 1) * partLength);
    const header = Buffer.alloc(localHeaderLength);
    header.set(localMagic, 0);
    header.writeUInt16LE(localVersion, 8);
    header.writeUInt16LE(localKindSnapshot, 10);
    header.writeUInt32LE(part, 12);
    header.writeUInt32LE(parts, 16);
    header.writeUInt32LE(data.length, 20);
    return block(blockType.netscope, header, data);
  });
}

/** Comment options and the end mark, as they go behind a packet; empty without comments. */
export function commentOptions(comments: readonly string[]): Buffer {
  if (comments.length === 0) return nothing;
  return Buffer.concat([...comments.map((comment) => textOption(1, comment)), endOfOptions]);
}

/** Nanoseconds since 1970 as the two words of a block; 0 before 1970, the largest after 2554. */
export function ticks(seconds: number, nanoseconds: number): { high: number; low: number } {
  if (seconds < 0) return { high: 0, low: 0 };
  if (seconds >= 18_446_744_073) return { high: 0xffff_ffff, low: 0xffff_ffff };
  // By parts of 16 bits, so that every product is exact.
  const rest = (seconds % 0x1_0000) * 1_000_000_000 + nanoseconds;
  const upper = Math.floor(seconds / 0x1_0000) * 1_000_000_000 + Math.floor(rest / 0x1_0000);
  return {
    high: Math.floor(upper / 0x1_0000),
    low: (upper % 0x1_0000) * 0x1_0000 + (rest % 0x1_0000),
  };
}

const nothing = Buffer.alloc(0);
const endOfOptions = Buffer.alloc(4);

function block(type: number, ...parts: Uint8Array[]): Buffer {
  const body = parts.reduce((sum, part) => sum + part.length, 0);
  const length = 12 + padded(body);
  const bytes = Buffer.alloc(length);
  bytes.writeUInt32LE(type, 0);
  bytes.writeUInt32LE(length, 4);
  let at = 8;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  bytes.writeUInt32LE(length, length - 4);
  return bytes;
}

function option(code: number, value: Uint8Array): Buffer {
  const length = Math.min(value.length, longestOption);
  const bytes = Buffer.alloc(4 + padded(length));
  bytes.writeUInt16LE(code, 0);
  bytes.writeUInt16LE(length, 2);
  bytes.set(value.subarray(0, length), 4);
  return bytes;
}

function textOption(code: number, text: string | undefined): Buffer {
  return text === undefined || text === '' ? nothing : option(code, Buffer.from(text));
}

function countOption(code: number, count: number | null): Buffer {
  if (count === null) return nothing;
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(count));
  return option(code, bytes);
}

function addressBytes(address: string): Buffer | null {
  if (isIPv4(address)) return Buffer.from(address.split('.').map(Number));
  if (!isIPv6(address) || address.includes('%')) return null;
  const [head = '', tail] = hexOnly(address).split('::');
  const before = words(head);
  const after = tail === undefined ? [] : words(tail);
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => 0);
  const bytes = Buffer.alloc(16);
  for (const [at, word] of [...before, ...zeros, ...after].entries()) bytes.writeUInt16BE(word, at * 2);
  return bytes;
}

/** `::ffff:10.0.0.1` as `::ffff:a00:1`. */
function hexOnly(address: string): string {
  const dotted = /(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address);
  if (dotted === null) return address;
  const [a = 0, b = 0, c = 0, d = 0] = dotted.slice(1).map(Number);
  return `${address.slice(0, dotted.index)}${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
}

function words(text: string): number[] {
  return text === '' ? [] : text.split(':').map((word) => Number.parseInt(word, 16));
}
