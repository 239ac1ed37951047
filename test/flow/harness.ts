/** A flow table that is fed frames, and captures on disk. */
import { createReadStream } from 'node:fs';
import type { CaptureInterface, PacketRecord } from '../../src/capture-file/model.ts';
import { readCapture } from '../../src/capture-file/read.ts';
import type { Flow } from '../../src/flow/model.ts';
import type { FlowNames } from '../../src/flow/report.ts';
import { FlowTable } from '../../src/flow/table.ts';
import { createDecoder } from '../../src/packet/decode.ts';
import { createFrame } from '../../src/packet/frame.ts';

export const noNames: FlowNames = { interfaceOf: () => null, containerOf: () => null, version: 0 };

/** Names whose interfaces are called by their ids' place in `interfaces`: `host:docker0`. */
export function namesOf(interfaces: readonly string[]): FlowNames {
  return {
    interfaceOf: (id) => {
      const [namespace, name] = (interfaces[id] ?? '').split(':');
      if (namespace === undefined || name === undefined) return null;
      return { namespace, name, index: id };
    },
    containerOf: () => null,
    version: 0,
  };
}

export interface SendOptions {
  /** Seconds since the first packet's second. */
  readonly at?: number;
  readonly on?: number;
  readonly wireLength?: number;
}

/** 2026-01-02T03:04:05Z */
export const start = 1_767_323_045;

export class Harness {
  readonly #decoder = createDecoder();
  readonly #frame = createFrame();
  readonly table = new FlowTable(this.#decoder.encapsulations);

  /** Adds one Ethernet frame. Returns the id of its outermost flow. */
  send(frame: Uint8Array, options: SendOptions = {}): number {
    const { at = 0, on = 0, wireLength = frame.length } = options;
    const seconds = start + Math.floor(at);
    const nanoseconds = Math.round((at - Math.floor(at)) * 1e9);
    this.#decoder.decode(frame, 0, frame.length, wireLength, 1, this.#frame);
    this.table.add(this.#frame, {
      buffer: frame,
      start: 0,
      capturedLength: frame.length,
      wireLength,
      seconds,
      nanoseconds,
      interfaceId: on,
    });
    return this.table.lastFlow;
  }

  flows(names: FlowNames = noNames): readonly Flow[] {
    return this.table.report(names);
  }

  /** The only flow there is. */
  flow(): Flow {
    const [flow, ...others] = this.flows();
    if (flow === undefined || others.length > 0) throw new Error(`${others.length + 1} flows, expected one`);
    return flow;
  }
}

/** What a capture on disk gives: its flows, and a call per packet. */
export async function readFlows(
  path: string,
  onPacket: (table: FlowTable, record: PacketRecord, number: number) => void = () => {},
): Promise<FlowTable> {
  const decoder = createDecoder();
  const frame = createFrame();
  const table = new FlowTable(decoder.encapsulations);
  const interfaces: CaptureInterface[] = [];
  let number = 0;
  await readCapture(
    createReadStream(path),
    {
      interface: (device) => {
        interfaces[device.id] = device;
      },
      packet: (record) => {
        const device = interfaces[record.interfaceId];
        decoder.decode(
          record.buffer,
          record.start,
          record.capturedLength - (device?.fcsLength ?? 0),
          record.wireLength,
          device?.linkType ?? -1,
          frame,
        );
        table.add(frame, record);
        onPacket(table, record, ++number);
      },
      warning: () => {},
    },
    { name: path },
  );
  table.finish();
  return table;
}
