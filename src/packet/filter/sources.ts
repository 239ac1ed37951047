/** Where a filter's values come from: the decoded tree of a packet, or a flow. */
import type { Dissection, Field } from '../model.ts';
import type { FieldValue, Values } from './evaluate.ts';

const none: readonly FieldValue[] = [];

/**
 * Values from the tree. `frame` gives octets for slices, and for `contains` on a protocol, which looks from its
 * header to the frame's end.
 */
export function packetValues(dissection: Dissection, frame: Uint8Array | null): Values {
  const found = new Map<string, FieldValue[]>();
  const add = (field: Field, isLayer: boolean): void => {
    const end = isLayer ? undefined : field.offset + field.length;
    const value = { value: field.value, bytes: frame === null ? null : frame.subarray(field.offset, end) };
    const list = found.get(field.name);
    if (list === undefined) found.set(field.name, [value]);
    else list.push(value);
    // What an ICMP error quotes is part of the packet, as in Wireshark.
    for (const child of field.children) add(child, field.name === 'icmp.quoted');
  };
  for (const layer of dissection.tree) add(layer, true);
  for (const protocol of dissection.protocols)
    if (!found.has(protocol)) found.set(protocol, [{ value: null, bytes: null }]);
  return (name) => found.get(name) ?? none;
}

/** What a filter reads of a flow: `Flow` of the flow layer is one. */
export interface FilterableFlow {
  readonly id: number;
  readonly connection: number;
  readonly interface: { readonly namespace: string; readonly name: string } | null;
  readonly protocol: string;
  readonly source: FilterableEnd;
  readonly destination: FilterableEnd;
  readonly vlans: readonly number[];
  readonly tunnels: readonly { readonly kind: string; readonly id: number | null }[];
  readonly packets: { readonly forward: number; readonly reverse: number };
  readonly bytes: { readonly forward: number; readonly reverse: number };
  readonly state: string;
  readonly application: string | null;
  readonly notes: readonly string[];
}

export interface FilterableEnd {
  readonly address: string;
  readonly port: number | null;
  readonly container: string | null;
}

type FlowField = (flow: FilterableFlow) => readonly (string | number | null)[];

/** Names of flows' protocols that differ from those of the tree. */
const protocolNames: Readonly<Record<string, string>> = { icmp6: 'icmpv6' };
/** Fields of the tree that hold a tunnel's id. */
const tunnelFields: Readonly<Record<string, readonly string[]>> = {
  'vxlan.vni': ['vxlan', 'vxlan-gpe'],
  'geneve.vni': ['geneve'],
  'gre.key': ['gre', 'nvgre'],
  'mpls.label': ['mpls'],
  'pppoe.session_id': ['pppoe'],
  'gtp.teid': ['gtp-u'],
  'erspan.spanid': ['erspan'],
};
/** Protocols of the tree that a tunnel's kind implies. */
const tunnelProtocols: Readonly<Record<string, readonly string[]>> = {
  'vxlan-gpe': ['vxlan'],
  nvgre: ['gre'],
  erspan: ['gre', 'erspan'],
  pptp: ['gre', 'ppp'],
  pppoe: ['pppoes', 'ppp'],
  'gtp-u': ['gtp'],
};

function protocolOf(flow: FilterableFlow): string {
  return protocolNames[flow.protocol] ?? flow.protocol;
}

function familyOf(address: string): 4 | 6 {
  return address.includes(':') ? 6 : 4;
}

function end(which: 'source' | 'destination', family: 4 | 6): FlowField {
  return (flow) => (familyOf(flow[which].address) === family ? [flow[which].address] : []);
}

function port(which: 'source' | 'destination', protocol: string): FlowField {
  return (flow) => (flow.protocol === protocol && flow[which].port !== null ? [flow[which].port] : []);
}

function interfaceNames(flow: FilterableFlow): readonly string[] {
  const device = flow.interface;
  // As recordings name it, as the path of a connection names it, and bare.
  return device === null
    ? []
    : [`${device.namespace}/${device.name}`, `${device.namespace}:${device.name}`, device.name];
}

const flowFields: Readonly<Record<string, FlowField>> = {
  'ip.src': end('source', 4),
  'ip.dst': end('destination', 4),
  'ipv6.src': end('source', 6),
  'ipv6.dst': end('destination', 6),
  'tcp.srcport': port('source', 'tcp'),
  'tcp.dstport': port('destination', 'tcp'),
  'udp.srcport': port('source', 'udp'),
  'udp.dstport': port('destination', 'udp'),
  'sctp.srcport': port('source', 'sctp'),
  'sctp.dstport': port('destination', 'sctp'),
  'vlan.id': (flow) => flow.vlans,
  'frame.interface_name': interfaceNames,
  'netscope.id': (flow) => [flow.id],
  'netscope.connection': (flow) => [flow.connection],
  'netscope.container': (flow) =>
    [flow.source.container, flow.destination.container].filter((name) => name !== null),
  'netscope.namespace': (flow) => (flow.interface === null ? [] : [flow.interface.namespace]),
  'netscope.state': (flow) => [flow.state],
  'netscope.application': (flow) => (flow.application === null ? [] : [flow.application]),
  'netscope.note': (flow) => flow.notes,
  'netscope.tunnel': (flow) => flow.tunnels.map(({ kind }) => kind),
  'netscope.packets': (flow) => [flow.packets.forward + flow.packets.reverse],
  'netscope.bytes': (flow) => [flow.bytes.forward + flow.bytes.reverse],
};

/** Can a flow have this field? Protocols always can. */
export function flowsHave(field: string, isProtocol: boolean): boolean {
  return isProtocol ? !field.includes('.') : field in flowFields || field in tunnelFields;
}

export function flowValues(flow: FilterableFlow): Values {
  return (name) => {
    const field = flowFields[name];
    if (field !== undefined) return field(flow).map((value) => ({ value, bytes: null }));
    const kinds = tunnelFields[name];
    if (kinds !== undefined) {
      return flow.tunnels
        .filter(({ kind }) => kinds.includes(kind))
        .map(({ id }) => ({ value: id, bytes: null }));
    }
    return hasProtocol(flow, name) ? [{ value: null, bytes: null }] : none;
  };
}

function hasProtocol(flow: FilterableFlow, name: string): boolean {
  if (name === 'frame' || name === protocolOf(flow) || name === flow.application) return true;
  if (name === 'ip') return familyOf(flow.source.address) === 4;
  if (name === 'ipv6') return familyOf(flow.source.address) === 6;
  if (name === 'vlan') return flow.vlans.length > 0;
  return flow.tunnels.some(({ kind }) => kind === name || (tunnelProtocols[kind]?.includes(name) ?? false));
}
