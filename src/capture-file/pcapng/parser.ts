/** Push parser for pcapng. Enhanced packet blocks in `step` are the hot path: numbers only. */

import { messageOf } from '../../util/errors.ts';
import type { Stepper } from '../assembler.ts';
import { Damage } from '../damage.ts';
import type { CaptureSink, PacketRecord } from '../model.ts';
import { createRecord } from '../record.ts';
import { unreadable } from '../unreadable.ts';
import { Warnings } from '../warnings.ts';
import {
  blockAt,
  blockType,
  isDoubtful,
  largestBlock,
  packetHeader,
  sectionOrder,
  smallestBlock,
  trustedSize,
} from './blocks.ts';
import { readInterface, readStatistics, type SectionInterface } from './interfaces.ts';
import { SnapshotParts } from './local.ts';
import { readNames } from './names.ts';
import { comments, optionComment, text, walkOptions } from './options.ts';
import { setTime } from './time.ts';

/** No capture has so many; a file made to exhaust memory may. */
const mostInterfaces = 65_536;
/** Fixed part of a simple packet block, before the frame. */
const simpleHeader = 12;

export class PcapngStepper implements Stepper {
  need = smallestBlock;
  readonly #sink: CaptureSink;
  readonly #warnings: Warnings;
  readonly #record: PacketRecord;
  readonly #snapshot = new SnapshotParts();
  #nextId: number;
  #devices = 0;
  #little = true;
  #section = -1;
  #interfaces: SectionInterface[] = [];
  /** Packets of interfaces that the section does not describe, and where the first one was. */
  #strangers = { count: 0, offset: 0 };
  #searching = false;
  readonly #damage: Damage;
  #ended = false;

  readonly #name: string;

  /** @param name of the input, for messages. */
  constructor(sink: CaptureSink, firstInterfaceId: number, name: string) {
    this.#sink = sink;
    this.#name = name;
    this.#warnings = new Warnings(sink);
    this.#damage = new Damage(this.#warnings);
    this.#nextId = firstInterfaceId;
    this.#record = createRecord(firstInterfaceId);
  }

  /** pcapng needs nothing behind a block to understand it. */
  idle(): void {}

  ending(): void {
    this.#ended = true;
  }

  ended(view: DataView, length: number, position: number): void {
    if (this.#searching && this.#devices === 0) throw unreadable(this.#name, this.#damage.why);
    if (this.#searching) {
      this.#damage.end(position + length);
    } else if (length > 0) {
      const of = length >= 8 ? ` of ${view.getUint32(4, this.#little)}` : '';
      this.#warnings.add(position, `the file ends in the middle of a block: ${length}${of} bytes`);
    }
    const { count, offset } = this.#strangers;
    if (count > 0) {
      this.#warnings.add(
        offset,
        `${count} packets of interfaces that the file does not describe are left out`,
      );
    }
    if (this.#snapshot.unfinished) {
      this.#warnings.add(position, 'the host snapshot is not complete');
    }
    this.#warnings.end();
  }

  step(buffer: Uint8Array, view: DataView, start: number, end: number, position: number): number {
    const base = position - start;
    this.#record.buffer = buffer;
    let at = start;
    for (;;) {
      if (this.#searching) at = this.#search(view, at, end, base);
      if (this.#searching) return at;
      at = this.#blocks(buffer, view, at, end, base);
      if (!this.#searching) return at;
    }
  }

  #blocks(buffer: Uint8Array, view: DataView, start: number, end: number, base: number): number {
    let at = start;
    while (at + smallestBlock <= end) {
      const type = view.getUint32(at, this.#little);
      if (type === blockType.sectionHeader) {
        const order = sectionOrder(view, at);
        if (order === null) {
          this.#fail(base + at, 'a section header without its byte-order magic');
          return at;
        }
        this.#little = order;
      }
      const little = this.#little;
      const length = view.getUint32(at + 4, little);
      let size = length;
      if (length < smallestBlock || length > largestBlock) {
        this.#fail(base + at, `a block of ${length} bytes`);
        return at;
      }
      if (at + length > end) {
        this.need = length;
        if (this.#ended && isDoubtful(view, at, end, length, little)) {
          this.#fail(base + at, 'a block longer than the rest of the file');
        }
        return at;
      }
      if ((length & 3) !== 0 || view.getUint32(at + length - 4, little) !== length) {
        const verdict = trustedSize(view, at, end, length, little, this.#ended);
        if (verdict === 'damaged') {
          this.#fail(base + at, 'a block whose two lengths differ');
          return at;
        }
        if ('need' in verdict) {
          this.need = verdict.need;
          return at;
        }
        this.#warnings.add(base + at, 'a block whose two lengths differ; it is read by the first');
        size = verdict.size;
      }
      if (type === blockType.enhancedPacket) this.#packet(buffer, view, at, at + length - 4, base, true);
      else this.#other(type, buffer, view, at, at + length - 4, base);
      at += size;
    }
    this.need = smallestBlock;
    return at;
  }

  /**
   * Both packet blocks: behind type and length, an enhanced one has { u32 interface; u32 high; u32 low;
   * u32 captured; u32 wire; frame; options }, the obsolete one { u16 interface; u16 drops; ... } and the same.
   */
  #packet(
    buffer: Uint8Array,
    view: DataView,
    at: number,
    end: number,
    base: number,
    isEnhanced: boolean,
  ): void {
    const little = this.#little;
    const frame = at + packetHeader;
    const captured = frame > end ? largestBlock : view.getUint32(at + 20, little);
    if (frame + captured > end) {
      this.#warnings.add(base + at, 'a packet that is longer than its block is left out');
      return;
    }
    const number = isEnhanced ? view.getUint32(at + 8, little) : view.getUint16(at + 8, little);
    const from = this.#interfaces[number];
    if (from === undefined) {
      this.#stranger(base + at);
      return;
    }
    const record = this.#record;
    setTime(record, from.resolution, view.getUint32(at + 12, little), view.getUint32(at + 16, little));
    const options = frame + ((captured + 3) & ~3);
    record.comments = options + 4 < end ? comments(buffer, view, options, end, little) : null;
    record.start = frame;
    record.capturedLength = captured;
    record.wireLength = view.getUint32(at + 24, little);
    record.interfaceId = from.device.id;
    record.position = base + frame;
    this.#sink.packet(record);
  }

  /** `[at, end)` is the block without its trailing length. */
  #other(type: number, buffer: Uint8Array, view: DataView, at: number, end: number, base: number): void {
    const little = this.#little;
    const body = at + 8;
    const sink = this.#sink;
    switch (type) {
      case blockType.sectionHeader:
        this.#section = this.#devices === 0 ? 0 : this.#section + 1;
        this.#interfaces = [];
        // { u32 magic; u16 major; u16 minor; i64 section length; options }
        this.#comments(buffer, view, body + 16, end);
        return;
      case blockType.interface:
        this.#interface(buffer, view, body, end, base);
        return;
      case blockType.packet:
        this.#packet(buffer, view, at, end, base, false);
        return;
      case blockType.simplePacket:
        this.#simple(view, at, end, base);
        return;
      case blockType.names: {
        const names = readNames(buffer, view, body, end, little);
        if (names.length > 0) sink.names?.(names);
        return;
      }
      case blockType.statistics: {
        const from = end - body >= 12 ? this.#interfaces[view.getUint32(body, little)] : undefined;
        if (from !== undefined && readStatistics(view, body, end, little, from.device)) {
          sink.statistics?.(from.device);
        }
        return;
      }
      case blockType.secrets: {
        // { u32 type; u32 length; secrets; options }
        if (end - body < 8) return;
        const length = Math.min(view.getUint32(body + 4, little), end - body - 8);
        sink.secrets?.({
          type: view.getUint32(body, little),
          data: buffer.slice(body + 8, body + 8 + length),
        });
        return;
      }
      case blockType.netscope:
        this.#hostSnapshot(buffer, view, body, end, base + at);
        return;
      default:
        // Custom, local and future blocks: the specification says to skip them.
        return;
    }
  }

  #interface(buffer: Uint8Array, view: DataView, body: number, end: number, base: number): void {
    if (end - body < 8) {
      this.#warnings.add(base + body, 'an interface block that is too short is left out');
      return;
    }
    if (this.#devices === mostInterfaces) {
      this.#warnings.add(base + body, `more than ${mostInterfaces} interfaces: the others are left out`);
    }
    if (this.#devices++ >= mostInterfaces) return;
    const place = { id: this.#nextId++, section: this.#section };
    const description = readInterface(buffer, view, body, end, this.#little, place);
    this.#interfaces.push({ device: description.device, resolution: description.resolution });
    this.#sink.interface(description.device);
    for (const comment of description.comments) this.#sink.comment?.(comment);
  }

  /** { u32 wire; frame }: of interface 0, cut at its snaplen; without a time, so it keeps that of the packet before. */
  #simple(view: DataView, at: number, end: number, base: number): void {
    const from = this.#interfaces[0];
    const frame = at + simpleHeader;
    if (frame > end) {
      this.#warnings.add(base + at, 'a simple packet block that is too short is left out');
      return;
    }
    if (from === undefined) {
      this.#stranger(base + at);
      return;
    }
    const record = this.#record;
    const wire = view.getUint32(at + 8, this.#little);
    const snapLength = from.device.snapLength;
    record.comments = null;
    record.start = frame;
    record.capturedLength = Math.min(wire, end - frame, snapLength === 0 ? wire : snapLength);
    record.wireLength = wire;
    record.interfaceId = from.device.id;
    record.position = base + frame;
    this.#sink.packet(record);
  }

  #comments(buffer: Uint8Array, view: DataView, start: number, end: number): void {
    const sink = this.#sink;
    walkOptions(view, start, end, this.#little, (code, at, length) => {
      if (code === optionComment) sink.comment?.(text(buffer, at, at + length));
    });
  }

  #hostSnapshot(buffer: Uint8Array, view: DataView, body: number, end: number, offset: number): void {
    try {
      const json = this.#snapshot.add(buffer, view, body, end, this.#little);
      if (json !== null) this.#sink.snapshot?.(json);
    } catch (error) {
      this.#warnings.add(offset, `the host snapshot cannot be read: ${messageOf(error)}`);
    }
  }

  #stranger(offset: number): void {
    if (this.#strangers.count === 0) this.#strangers.offset = offset;
    this.#strangers.count++;
  }

  #fail(offset: number, why: string): void {
    this.#damage.begin(offset, why);
    this.#searching = true;
  }

  #search(view: DataView, start: number, end: number, base: number): number {
    const { offset } = this.#damage;
    for (let at = start; at < end; at++) {
      if (base + at === offset) continue;
      let verdict = blockAt(view, at, end, this.#little);
      if (this.#section === -1) {
        // The first section header is damaged and the byte order not known. Blocks are aligned to 4 bytes, and
        // out of step one order looks like the other.
        if (((base + at - offset) & 3) !== 0) continue;
        if (verdict === 'no') {
          verdict = blockAt(view, at, end, !this.#little);
          if (verdict === 'yes') this.#little = !this.#little;
        }
      }
      if (verdict === 'no' || (verdict !== 'yes' && this.#ended)) continue;
      if (verdict !== 'yes') {
        this.need = verdict;
        return at;
      }
      this.#searching = false;
      this.#section = Math.max(0, this.#section);
      this.#damage.resume(base + at);
      return at;
    }
    return end;
  }
}
