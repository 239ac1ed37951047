/**
 * Builds the fields of one header for people. A field that is not wholly inside the captured bytes is left out,
 * so a header that was cut short shows what there is of it. Labels are printable.
 */
import { printable } from '../util/printable.ts';
import { formatIpv4, formatIpv6, formatMac } from './address.ts';
import { u32 } from './bytes.ts';
import type { Field } from './model.ts';

/** Columns of the packet list that a header sets; inner headers overwrite outer ones. */
export interface Columns {
  source: string;
  destination: string;
  protocol: string;
  info: string;
}

/** What a header needs to know beyond its own bytes. */
export interface DescribeContext {
  readonly columns: Columns;
  /** Names for addresses (from DNS or the recording); the label shows them behind the address. */
  readonly names: ReadonlyMap<string, string> | null;
  /** Bytes on the wire of the transport's payload; for TCP's segment length. */
  readonly payloadLength: number;
  /** Fills in a packet that an ICMP error quotes. */
  readonly quote: ((fields: Fields, offset: number) => void) | null;
}

const textDecoder = new TextDecoder('latin1');

export class Fields {
  readonly bytes: Uint8Array;
  /** Fields end at or before this offset. */
  readonly end: number;
  readonly context: DescribeContext;
  #label = '';
  #list: Field[] = [];

  constructor(bytes: Uint8Array, end: number, context: DescribeContext) {
    this.bytes = bytes;
    this.end = Math.min(end, bytes.length);
    this.context = context;
  }

  get label(): string {
    return this.#label;
  }

  get list(): readonly Field[] {
    return this.#list;
  }

  has(offset: number, length: number): boolean {
    return offset >= 0 && length >= 0 && offset + length <= this.end;
  }

  /** The header's own line. */
  title(text: string): void {
    this.#label = printable(text);
  }

  /** The packet list's protocol and info. */
  summary(protocol: string, info: string): void {
    this.context.columns.protocol = printable(protocol);
    this.context.columns.info = printable(info);
  }

  /** The packet list's source and destination; empty keeps what an outer header said. */
  ends(source: string, destination: string): void {
    if (source !== '') this.context.columns.source = printable(source);
    if (destination !== '') this.context.columns.destination = printable(destination);
  }

  /** An unsigned big-endian number of up to six octets. Returns 0 when it was not captured. */
  number(
    name: string,
    title: string,
    offset: number,
    length: number,
    format?: (value: number) => string,
  ): number {
    if (!this.has(offset, length)) return 0;
    let value = 0;
    for (let index = 0; index < length; index++) value = value * 256 + (this.bytes[offset + index] ?? 0);
    this.#add(name, `${title}: ${format?.(value) ?? value}`, value, offset, length);
    return value;
  }

  /** The bits of `mask` in a number of up to four octets, moved down, and multiplied by `unit`. */
  bits(
    name: string,
    title: string,
    offset: number,
    length: number,
    mask: number,
    format?: (value: number) => string,
    unit = 1,
  ): number {
    if (!this.has(offset, length) || mask === 0) return 0;
    let whole = 0;
    for (let index = 0; index < length; index++)
      whole = ((whole << 8) | (this.bytes[offset + index] ?? 0)) >>> 0;
    let low = 0;
    while (((mask >>> low) & 1) === 0) low++;
    const value = (((whole & mask) >>> low) >>> 0) * unit;
    this.#add(name, `${title}: ${format?.(value) ?? value}`, value, offset, length);
    return value;
  }

  flag(name: string, title: string, offset: number, length: number, mask: number): boolean {
    if (!this.has(offset, length)) return false;
    let whole = 0;
    for (let index = 0; index < length; index++)
      whole = ((whole << 8) | (this.bytes[offset + index] ?? 0)) >>> 0;
    const value = (whole & mask) !== 0;
    this.#add(name, `${title}: ${value ? 'Set' : 'Not set'}`, value, offset, length);
    return value;
  }

  mac(name: string, title: string, offset: number): string {
    if (!this.has(offset, 6)) return '';
    const value = formatMac(this.bytes, offset);
    this.#add(name, `${title}: ${value}`, value, offset, 6);
    return value;
  }

  ipv4(name: string, title: string, offset: number): string {
    if (!this.has(offset, 4)) return '';
    return this.#address(name, title, formatIpv4(u32(this.bytes, offset)), offset, 4);
  }

  ipv6(name: string, title: string, offset: number): string {
    if (!this.has(offset, 16)) return '';
    const { bytes } = this;
    const value = formatIpv6(
      u32(bytes, offset),
      u32(bytes, offset + 4),
      u32(bytes, offset + 8),
      u32(bytes, offset + 12),
    );
    return this.#address(name, title, value, offset, 16);
  }

  #address(name: string, title: string, value: string, offset: number, length: number): string {
    const known = this.context.names?.get(value);
    this.#add(name, `${title}: ${value}${known === undefined ? '' : ` (${known})`}`, value, offset, length);
    return value;
  }

  /** Octets as text, cut at the captured end. */
  text(name: string, title: string, offset: number, length: number): string {
    const cut = Math.min(length, this.end - offset);
    if (cut < 0 || offset < 0) return '';
    const value = textDecoder.decode(this.bytes.subarray(offset, offset + cut)).replace(/\0+$/, '');
    this.#add(name, `${title}: ${value}`, value, offset, cut);
    return value;
  }

  /** Octets in hexadecimal, cut at the captured end. */
  raw(name: string, title: string, offset: number, length: number): void {
    const cut = Math.min(length, this.end - offset);
    if (cut < 0 || offset < 0) return;
    let value = '';
    for (let index = 0; index < Math.min(cut, 64); index++) {
      value += `${index > 0 ? ':' : ''}${(this.bytes[offset + index] ?? 0).toString(16).padStart(2, '0')}`;
    }
    this.#add(name, `${title}: ${value}${cut > 64 ? '...' : ''}`, value, offset, cut);
  }

  /** A value that was worked out, at the octets that it came from. */
  note(name: string, label: string, value: Field['value'], offset: number, length: number): void {
    this.#add(name, label, value, offset, Math.max(0, Math.min(length, this.end - offset)));
  }

  /** Fields under a heading. `inside` returns the heading's text, once it knows it. */
  group(
    name: string,
    offset: number,
    length: number,
    inside: () => string,
    value: Field['value'] = null,
  ): void {
    const outer = this.#list;
    this.#list = [];
    const label = inside();
    const children = this.#list;
    this.#list = outer;
    const cut = Math.max(0, Math.min(length, this.end - offset));
    this.#list.push({ name, label: printable(label), value, offset, length: cut, children });
  }

  /** A field that was made elsewhere. */
  keep(field: Field): void {
    this.#list.push(field);
  }

  #add(name: string, label: string, value: Field['value'], offset: number, length: number): void {
    this.#list.push({ name, label: printable(label), value, offset, length, children: [] });
  }
}

export function hex(digits: number): (value: number) => string {
  return (value) => `0x${value.toString(16).padStart(digits, '0')}`;
}
