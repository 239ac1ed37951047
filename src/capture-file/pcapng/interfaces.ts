/** Interface description and statistics blocks. */
import type { CaptureInterface } from '../model.ts';
import { linkTypeOf } from '../pcap/header.ts';
import { text, walkOptions } from './options.ts';
import { microseconds, type Resolution, resolution } from './time.ts';

export interface SectionInterface {
  readonly device: CaptureInterface;
  readonly resolution: Resolution;
}

export interface InterfaceDescription extends SectionInterface {
  readonly comments: readonly string[];
}

const option = { comment: 1, name: 2, description: 3, tsresol: 9, fcslen: 13, tsoffset: 14 } as const;

/** Body of an interface description block: { u16 linktype; u16 reserved; u32 snaplen; options }. */
export function readInterface(
  buffer: Uint8Array,
  view: DataView,
  start: number,
  end: number,
  little: boolean,
  place: { id: number; section: number },
): InterfaceDescription {
  let name: string | null = null;
  let description: string | null = null;
  let fcsLength = 0;
  let tsresol = 6;
  let tsoffset = 0n;
  const comments: string[] = [];
  walkOptions(view, start + 8, end, little, (code, at, length) => {
    if (code === option.comment) comments.push(text(buffer, at, at + length));
    else if (code === option.name) name = text(buffer, at, at + length);
    else if (code === option.description) description = text(buffer, at, at + length);
    else if (code === option.tsresol && length >= 1) tsresol = view.getUint8(at);
    else if (code === option.tsoffset && length >= 8) tsoffset = view.getBigInt64(at, little);
    else if (code === option.fcslen && length >= 1) fcsLength = view.getUint8(at);
  });
  return {
    device: {
      id: place.id,
      name,
      description,
      linkType: linkTypeOf(view.getUint16(start, little)),
      fcsLength,
      snapLength: view.getUint32(start + 4, little),
      section: place.section,
      received: null,
      dropped: null,
    },
    resolution: tsresol === 6 && tsoffset === 0n ? microseconds : resolution(tsresol, tsoffset),
    comments,
  };
}

const statistic = { received: 4, interfaceDropped: 5, systemDropped: 7 } as const;

/**
 * Body of an interface statistics block: { u32 interface; u32 high; u32 low; options }. What the interface
 * dropped and what the operating system dropped are different packets (isb_ifdrop, isb_osdrop): `dropped` is both.
 *
 * @returns whether anything was said.
 */
export function readStatistics(
  view: DataView,
  start: number,
  end: number,
  little: boolean,
  device: CaptureInterface,
): boolean {
  let received: number | null = null;
  let dropped: number | null = null;
  walkOptions(view, start + 12, end, little, (code, at, length) => {
    if (length < 8) return;
    if (code === statistic.received) received = Number(view.getBigUint64(at, little));
    else if (code === statistic.interfaceDropped || code === statistic.systemDropped) {
      dropped = (dropped ?? 0) + Number(view.getBigUint64(at, little));
    }
  });
  if (received === null && dropped === null) return false;
  device.received = received ?? device.received;
  device.dropped = dropped ?? device.dropped;
  return true;
}
