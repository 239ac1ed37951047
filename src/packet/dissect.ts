/** A frame as people read it: the tree of fields, and one line. Made for the packets on screen, not for every one. */
import { printable } from '../util/printable.ts';
import { describeApplication } from './applications/index.ts';
import { maxSteps } from './decode.ts';
import { type Columns, Fields } from './fields.ts';
import { createFrame } from './frame.ts';
import { linkTypeName } from './link-types/names.ts';
import { type Dissection, type Field, fragment, type IpLayer } from './model.ts';
import { nextIpVersion } from './next.ts';
import type { Protocol } from './protocol.ts';
import { byLinkType } from './registry.ts';
import { Walk } from './walk.ts';

export interface DissectContext {
  /** LINKTYPE_ number without its upper bits. */
  readonly linkType: number;
  readonly wireLength: number;
  /** UDP ports of VXLAN besides 4789 and 8472. */
  readonly vxlanPorts?: ReadonlySet<number>;
  /** Names of addresses, shown behind them. */
  readonly dnsNames?: ReadonlyMap<string, string>;
  /** For `frame.number` and `frame.interface_name`. */
  readonly number?: number;
  readonly interfaceName?: string;
  /** What the capture file says of this packet. */
  readonly comments?: readonly string[];
  /** Containers whose interface this is, or whose addresses are in the packet: for `netscope.container`. */
  readonly containers?: readonly string[];
  /** What TCP analysis says of this segment: `tcp.analysis.retransmission` and the like. */
  readonly analysis?: readonly string[];
}

/** What one dissection gathers. */
interface Gathering {
  readonly frame: Uint8Array;
  readonly walk: Walk;
  readonly columns: Columns;
  readonly names: ReadonlyMap<string, string> | null;
  readonly protocols: string[];
  readonly tree: Field[];
  /** A packet that an ICMP error quotes is followed once, not a quote within it. */
  readonly quoted: boolean;
}

/** Never throws, whatever the bytes; offsets in the tree count from the frame's first byte. */
export function dissect(frame: Uint8Array, context: DissectContext): Dissection {
  const walk = new Walk();
  walk.vxlanPorts = context.vxlanPorts ?? null;
  walk.begin(frame, 0, frame.length, context.wireLength, createFrame());
  const columns = { source: '', destination: '', protocol: '', info: '' };
  const gathering: Gathering = {
    frame,
    walk,
    columns,
    names: context.dnsNames ?? null,
    protocols: [],
    tree: [],
    quoted: false,
  };
  const link = byLinkType(context.linkType);
  if (link === null) {
    columns.protocol = linkTypeName(context.linkType);
    columns.info = `Link type ${context.linkType}, not decoded`;
  } else {
    follow(gathering, link);
  }
  markAnalysis(gathering, context.analysis ?? []);
  if (walk.frame.malformed && columns.info !== '') columns.info += ' [malformed or cut short]';
  return {
    protocols: gathering.protocols,
    source: columns.source,
    destination: columns.destination,
    protocol: columns.protocol,
    info: columns.info,
    tree: [frameField(frame, context, gathering.protocols), ...gathering.tree],
  };
}

/** Puts the marks of TCP analysis under the outermost TCP header and in front of the line, as Wireshark does. */
function markAnalysis({ tree, columns }: Gathering, marks: readonly string[]): void {
  const index = tree.findIndex(({ name }) => name === 'tcp');
  const header = tree[index];
  if (header === undefined || marks.length === 0) return;
  const { offset } = header;
  const marked = (name: string, label: string): Field => ({
    name,
    label,
    value: null,
    offset,
    length: 0,
    children: [],
  });
  const titles = marks.map((mark) => mark.slice('tcp.analysis.'.length).replaceAll('_', ' '));
  const fields = marks.map((mark, position) => marked(mark, printable(`[TCP ${titles[position]}]`)));
  const label = `TCP Analysis Flags: ${titles.join(', ')}`;
  const group = { ...marked('tcp.analysis.flags', printable(label)), children: fields };
  tree[index] = { ...header, children: [...header.children, group] };
  columns.info = printable(`${titles.map((title) => `[TCP ${title}] `).join('')}${columns.info}`);
}

function frameField(frame: Uint8Array, context: DissectContext, protocols: readonly string[]): Field {
  const fields = new Fields(frame, frame.length, {
    columns: { source: '', destination: '', protocol: '', info: '' },
    names: null,
    payloadLength: 0,
    quote: null,
  });
  fields.group('frame', 0, frame.length, () => {
    if (context.number !== undefined)
      fields.note('frame.number', `Frame Number: ${context.number}`, context.number, 0, 0);
    if (context.interfaceName !== undefined) {
      fields.note(
        'frame.interface_name',
        `Interface name: ${context.interfaceName}`,
        context.interfaceName,
        0,
        0,
      );
    }
    for (const comment of context.comments ?? []) {
      fields.note('frame.comment', `Comment: ${printable(comment)}`, comment, 0, 0);
    }
    for (const container of context.containers ?? []) {
      fields.note('netscope.container', `Container: ${container}`, container, 0, 0);
    }
    fields.note('frame.len', `Frame Length: ${context.wireLength} bytes`, context.wireLength, 0, 0);
    fields.note('frame.cap_len', `Capture Length: ${frame.length} bytes`, frame.length, 0, 0);
    const linkName = linkTypeName(context.linkType);
    fields.note(
      'frame.encap_type',
      `Encapsulation type: ${linkName} (${context.linkType})`,
      context.linkType,
      0,
      0,
    );
    const names = protocols.join(':');
    fields.note('frame.protocols', `Protocols in frame: ${names}`, names, 0, 0);
    return `Frame: ${context.wireLength} bytes on wire, ${frame.length} bytes captured`;
  });
  return fields.list[0] ?? emptyField;
}

const emptyField: Field = { name: 'frame', label: 'Frame', value: null, offset: 0, length: 0, children: [] };

/** Steps through the headers from `first` on and describes each. */
function follow(gathering: Gathering, first: Protocol): void {
  const { walk } = gathering;
  let protocol: Protocol | null = first;
  let branch = 0;
  for (let steps = 0; steps < maxSteps; steps++) {
    if (protocol === null) {
      protocol = walk.takeBranch(branch++);
      if (protocol === null) return;
    }
    const from = walk.offset;
    const layerBefore = walk.layer;
    const next = protocol.step(walk);
    describe(gathering, protocol, from, next);
    if (next === null) payload(gathering, walk.layer, layerBefore, from);
    protocol = next;
  }
}

function describe(gathering: Gathering, protocol: Protocol, from: number, next: Protocol | null): void {
  const { walk, frame } = gathering;
  const moved = walk.offset > from;
  // A protocol that only chooses the next one has no header to show.
  if (!moved && next !== null) return;
  const to = moved ? walk.offset : walk.end;
  gathering.protocols.push(protocol.name);
  const fields = fieldsOf(gathering, frame, Math.max(walk.end, Math.min(to, frame.length)));
  protocol.describe?.(fields, from, Math.min(to, frame.length));
  gathering.tree.push({
    name: protocol.name,
    label: fields.label === '' ? protocol.name.toUpperCase() : fields.label,
    value: null,
    offset: from,
    length: Math.max(0, Math.min(to, frame.length) - from),
    children: fields.list,
  });
}

function fieldsOf(gathering: Gathering, frame: Uint8Array, end: number): Fields {
  return new Fields(frame, end, {
    columns: gathering.columns,
    names: gathering.names,
    payloadLength: gathering.walk.layer?.payloadLength ?? 0,
    quote: gathering.quoted ? null : (fields, offset) => quote(gathering, fields, offset),
  });
}

/** What the transport carries: an application, or bytes. */
function payload(gathering: Gathering, layer: IpLayer | null, before: IpLayer | null, from: number): void {
  const { walk, frame } = gathering;
  if (layer === null || layer !== before || !layer.hasPorts || !layer.hasTransport) return;
  if (layer.fragment === fragment.later || layer.payloadCaptured <= 0 || layer.transportOffset > from) return;
  const start = layer.payloadOffset;
  const end = Math.min(frame.length, start + layer.payloadCaptured);
  if (end <= start || walk.offset !== start) return;
  const fields = fieldsOf(gathering, frame, end);
  const name = gathering.quoted ? null : describeApplication(fields, layer, start, end);
  if (name === null) {
    gathering.tree.push({
      name: 'data',
      label: `Data (${end - start} bytes)`,
      value: null,
      offset: start,
      length: end - start,
      children: dataFields(fields, start, end),
    });
    return;
  }
  gathering.protocols.push(name);
  gathering.tree.push({
    name,
    label: fields.label === '' ? name.toUpperCase() : fields.label,
    value: null,
    offset: start,
    length: end - start,
    children: fields.list,
  });
}

function dataFields(fields: Fields, start: number, end: number): readonly Field[] {
  fields.raw('data.data', 'Data', start, end - start);
  fields.note('data.len', `Length: ${end - start}`, end - start, start, end - start);
  return fields.list;
}

/** The packet that an ICMP error is about, as children of the ICMP header. */
function quote(gathering: Gathering, fields: Fields, offset: number): void {
  if (!fields.has(offset, 1)) return;
  const walk = new Walk();
  walk.begin(gathering.frame, offset, fields.end - offset, fields.end - offset, createFrame());
  const first = nextIpVersion(walk);
  if (first === null) return;
  const columns = { source: '', destination: '', protocol: '', info: '' };
  const inner: Gathering = { ...gathering, walk, columns, protocols: [], tree: [], quoted: true };
  follow(inner, first);
  const info = `${columns.source} → ${columns.destination} ${columns.protocol} ${columns.info}`;
  fields.group('icmp.quoted', offset, fields.end - offset, () => {
    for (const field of inner.tree) fields.keep(field);
    return `Quoted packet: ${info}`;
  });
  gathering.columns.info = printable(`${gathering.columns.info} | ${info}`);
}
