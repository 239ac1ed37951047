/** Small made-up hosts for the tests: a Docker host with one bridge, and what is behind it. */
import type { Connection, Flow } from '../../src/flow/model.ts';
import { type HostSnapshot, snapshotSchema } from '../../src/snapshot/schema.ts';

const portmapNat = `*nat
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
:DOCKER - [0:0]
[1:60] -A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
[0:0] -A OUTPUT ! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL -j DOCKER
[2:120] -A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE
[1:60] -A DOCKER ! -i docker0 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.17.0.2:80
COMMIT
`;

const portmapFilter = `*filter
:INPUT ACCEPT [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
:DOCKER - [0:0]
:DOCKER-BRIDGE - [0:0]
:DOCKER-CT - [0:0]
:DOCKER-FORWARD - [0:0]
:DOCKER-USER - [0:0]
[9:900] -A FORWARD -j DOCKER-USER
[9:900] -A FORWARD -j DOCKER-FORWARD
[1:60] -A DOCKER -d 172.17.0.2/32 ! -i docker0 -o docker0 -p tcp -m tcp --dport 80 -j ACCEPT
[0:0] -A DOCKER ! -i docker0 -o docker0 -j DROP
[3:180] -A DOCKER-BRIDGE -o docker0 -j DOCKER
[5:500] -A DOCKER-CT -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
[9:900] -A DOCKER-FORWARD -j DOCKER-CT
[4:400] -A DOCKER-FORWARD -j DOCKER-BRIDGE
[2:120] -A DOCKER-FORWARD -i docker0 -j ACCEPT
COMMIT
`;

const embeddedDns = `*nat
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
:DOCKER_OUTPUT - [0:0]
:DOCKER_POSTROUTING - [0:0]
-A OUTPUT -d 127.0.0.11/32 -j DOCKER_OUTPUT
-A POSTROUTING -d 127.0.0.11/32 -j DOCKER_POSTROUTING
-A DOCKER_OUTPUT -d 127.0.0.11/32 -p tcp -m tcp --dport 53 -j DNAT --to-destination 127.0.0.11:38283
-A DOCKER_OUTPUT -d 127.0.0.11/32 -p udp -m udp --dport 53 -j DNAT --to-destination 127.0.0.11:41521
-A DOCKER_POSTROUTING -s 127.0.0.11/32 -p udp -m udp --sport 41521 -j SNAT --to-source :53
COMMIT
`;

export const hostId = 'net:[1]';
export const webId = 'net:[2]';

export function nameOf(id: string): string {
  return id === hostId ? 'host' : 'web';
}

export interface HostOptions {
  readonly rules?: string;
  readonly conntrack?: readonly Readonly<Record<string, unknown>>[];
  readonly webConntrack?: readonly Readonly<Record<string, unknown>>[];
}

/** A host 192.0.2.2 with docker0 172.17.0.1/16 and container web 172.17.0.2 behind port veth1. */
export function dockerHost(options: HostOptions = {}): HostSnapshot {
  return snapshotSchema.parse({
    schema: 'netscope.snapshot/1',
    takenAt: '2026-01-01T00:00:00Z',
    host: { hostname: 'test', kernel: '6.18' },
    namespaces: [
      {
        id: hostId,
        host: true,
        links: [
          { index: 1, name: 'lo', kind: 'loopback', addresses: [{ cidr: '127.0.0.1/8', scope: 'host' }] },
          { index: 2, name: 'eth0', kind: 'physical', addresses: [{ cidr: '192.0.2.2/24' }] },
          { index: 4, name: 'docker0', kind: 'bridge', addresses: [{ cidr: '172.17.0.1/16' }] },
          { index: 5, name: 'veth1', kind: 'veth', master: 4 },
        ],
        routes: [
          {
            family: 'ip',
            destination: 'default',
            gateway: '192.0.2.1',
            interface: 'eth0',
            interfaceIndex: 2,
          },
          { family: 'ip', destination: '192.0.2.0/24', interface: 'eth0', interfaceIndex: 2 },
          { family: 'ip', destination: '172.17.0.0/16', interface: 'docker0', interfaceIndex: 4 },
        ],
        sysctls: { 'net.ipv4.ip_forward': '1' },
        rulesets: [
          { backend: 'iptables-nft', family: 'ip', text: options.rules ?? `${portmapNat}${portmapFilter}` },
        ],
        conntrack: options.conntrack ?? [],
      },
      {
        id: webId,
        links: [
          { index: 1, name: 'lo', kind: 'loopback', addresses: [{ cidr: '127.0.0.1/8', scope: 'host' }] },
          { index: 2, name: 'eth0', kind: 'veth', addresses: [{ cidr: '172.17.0.2/16' }] },
        ],
        routes: [
          {
            family: 'ip',
            destination: 'default',
            gateway: '172.17.0.1',
            interface: 'eth0',
            interfaceIndex: 2,
          },
          { family: 'ip', destination: '172.17.0.0/16', interface: 'eth0', interfaceIndex: 2 },
        ],
        rulesets: [{ backend: 'iptables-nft', family: 'ip', text: embeddedDns }],
        conntrack: options.webConntrack ?? [],
      },
    ],
  });
}

export interface SeenStep {
  readonly at: string;
  readonly from: string;
  readonly to: string;
}

function endOf(text: string): { address: string; port: number | null; container: null } {
  const [address = '', port] = text.split(':');
  return { address, port: port === undefined ? null : Number(port), container: null };
}

/** A connection that was seen on these interfaces, `NS:IFACE`, in this order. */
export function seenConnection(
  protocol: string,
  steps: readonly SeenStep[],
  answered = true,
): { connection: Connection; flowOf: (id: number) => Flow | undefined } {
  const flows = steps.map((step, index): Flow => {
    const [namespace = '', name = ''] = step.at.split(':');
    return {
      id: index + 1,
      connection: 1,
      interface: { namespace, name, index: index + 1 },
      interfaceId: index,
      protocol,
      source: endOf(step.from),
      destination: endOf(step.to),
      vlans: [],
      tunnels: [],
      packets: { forward: 1, reverse: answered ? 1 : 0 },
      bytes: { forward: 60, reverse: answered ? 60 : 0 },
      firstSeen: '',
      lastSeen: '',
      duration: 0,
      state: answered ? 'established' : 'unanswered',
      application: null,
      tcp: null,
      notes: [],
    };
  });
  return {
    connection: {
      id: 1,
      flows: flows.map((flow) => flow.id),
      path: steps.map((step, index) => ({
        interface: step.at,
        flow: index + 1,
        firstSeen: '',
        deltaUs: index,
      })),
      lastSeenAt: null,
      translations: [],
      rules: [],
      verdict: 'unknown',
      problem: '',
    },
    flowOf: (id) => flows[id - 1],
  };
}

/** A connection from outside to the published port, as the interfaces of its way see it, and its entry. */
export const published = [
  { at: 'host:eth0', from: '192.0.2.9:40000', to: '192.0.2.2:8080' },
  { at: 'host:docker0', from: '192.0.2.9:40000', to: '172.17.0.2:80' },
  { at: 'host:veth1', from: '192.0.2.9:40000', to: '172.17.0.2:80' },
  { at: 'web:eth0', from: '192.0.2.9:40000', to: '172.17.0.2:80' },
];

export const publishedEntry = {
  family: 'ip',
  protocol: 6,
  original: { source: '192.0.2.9', destination: '192.0.2.2', sourcePort: 40000, destinationPort: 8080 },
  reply: { source: '172.17.0.2', destination: '192.0.2.9', sourcePort: 80, destinationPort: 40000 },
  status: ['assured', 'seen_reply', 'confirmed', 'dst_nat'],
};
