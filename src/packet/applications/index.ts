/**
 * Application protocols. `recognise` looks at the first payload of a flow: first at the protocols whose port it is,
 * then at those that their bytes alone tell.
 */
import type { Fields } from '../fields.ts';
import type { IpLayer } from '../model.ts';
import type { Application, Payload } from './application.ts';
import { carriers, dhcpv6, isakmp, ntp, quic, wireguard } from './datagrams.ts';
import { dhcp } from './dhcp.ts';
import { dns, llmnr, mdns } from './dns.ts';
import { http } from './http.ts';
import { http2 } from './http2.ts';
import { memcached } from './memcached.ts';
import { mongodb } from './mongodb.ts';
import { mysql } from './mysql.ts';
import { postgresql } from './postgresql.ts';
import { redis } from './redis.ts';
import { ssh } from './ssh.ts';
import { tls } from './tls.ts';

/** In the order in which they are tried where no port decides: the surest signs first. */
const applications: readonly Application[] = [
  tls,
  ssh,
  http2,
  http,
  dns,
  mdns,
  llmnr,
  dhcp,
  dhcpv6,
  ntp,
  quic,
  wireguard,
  isakmp,
  postgresql,
  mysql,
  mongodb,
  redis,
  memcached,
  ...carriers,
];

const tcpProtocol = 6;
const udpProtocol = 17;

const byTransport = {
  tcp: applications.filter((application) => application.transports.includes('tcp')),
  udp: applications.filter((application) => application.transports.includes('udp')),
} as const;

function portTable(list: readonly Application[]): ReadonlyMap<number, readonly Application[]> {
  const table = new Map<number, Application[]>();
  for (const application of list) {
    for (const port of application.ports) table.set(port, [...(table.get(port) ?? []), application]);
  }
  return table;
}

const byPort = { tcp: portTable(byTransport.tcp), udp: portTable(byTransport.udp) } as const;
const none: readonly Application[] = [];

function find(payload: Payload, transport: 'tcp' | 'udp'): Application | null {
  const ports = byPort[transport];
  const there = ports.get(payload.destinationPort) ?? none;
  const here = ports.get(payload.sourcePort) ?? none;
  for (const application of there) if (application.recognise(payload, true, transport)) return application;
  for (const application of here) if (application.recognise(payload, true, transport)) return application;
  for (const application of byTransport[transport]) {
    if (there.includes(application) || here.includes(application)) continue;
    if (application.recognise(payload, false, transport)) return application;
  }
  return null;
}

/**
 * The protocol of a transport payload `bytes[offset .. end)`: `dns`, `http`, `tls`, ...; null when it says nothing.
 * `protocol` is the IP protocol number; without it both TCP and UDP are tried.
 */
export function recognise(
  bytes: Uint8Array,
  offset: number,
  end: number,
  sourcePort: number,
  destinationPort: number,
  protocol?: number,
): string | null {
  if (end <= offset) return null;
  const payload = { bytes, from: offset, end, sourcePort, destinationPort };
  const tcp = protocol === udpProtocol ? null : find(payload, 'tcp');
  if (tcp !== null) return tcp.name;
  return protocol === tcpProtocol ? null : (find(payload, 'udp')?.name ?? null);
}

/** Describes the payload of `layer` into `fields`; null when no application is recognised. */
export function describeApplication(
  fields: Fields,
  layer: IpLayer,
  from: number,
  end: number,
): string | null {
  const payload = {
    bytes: fields.bytes,
    from,
    end,
    sourcePort: layer.sourcePort,
    destinationPort: layer.destinationPort,
  };
  const transport = layer.protocol === tcpProtocol ? 'tcp' : 'udp';
  const application = find(payload, transport);
  if (application === null) return null;
  application.describe(fields, payload, transport);
  return application.name;
}
