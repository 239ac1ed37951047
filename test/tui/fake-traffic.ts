/** The traffic of the scripted host: five connections, as many more as asked for, and the packets of all of them. */
import type { Connection, Flow, FlowEnd, FlowState } from '../../src/flow/model.ts';
import type { FlowReport } from '../../src/session/model.ts';
import { ruleReference, rulesMetBy } from './fake-host.ts';
import { type FakePacket, type SegmentInput, tcpFrame } from './fake-packets.ts';

/** 2026-11-20 10:24:31 UTC */
const start = 1_795_170_271;

export const names = [
  'host:eth0',
  'host:docker0',
  'host:veth6f6b800',
  'host:br-5f3a91c2d0e4',
  'host:veth1a2b3c4',
  'host:veth9d8e7f6',
];

function end(address: string, port: number | null, container: string | null = null): FlowEnd {
  return { address, port, container };
}

interface Script {
  readonly protocol: string;
  readonly state: FlowState;
  readonly application: string | null;
  readonly packets: readonly [number, number];
  readonly problem?: string;
  /** Interface, source and destination of each step. */
  readonly steps: readonly (readonly [interfaceId: number, source: FlowEnd, destination: FlowEnd])[];
}

const outside = end('203.0.113.9', 51820);
const published = end('192.0.2.10', 8080);
const web = end('172.17.0.2', 80, 'web');
const app = (port: number) => end('172.20.0.2', port, 'app');

export const scripts: readonly Script[] = [
  {
    ...{ protocol: 'tcp', state: 'established', application: 'http', packets: [48, 51] },
    steps: [
      [0, outside, published],
      [1, outside, web],
      [2, outside, web],
    ],
  },
  {
    ...{ protocol: 'tcp', state: 'established', application: 'postgresql', packets: [1204, 1180] },
    steps: [
      [4, app(40122), end('172.20.0.3', 5432, 'db')],
      [3, app(40122), end('172.20.0.3', 5432, 'db')],
      [5, app(40122), end('172.20.0.3', 5432, 'db')],
    ],
  },
  {
    ...{ protocol: 'tcp', state: 'unanswered', application: null, packets: [6, 0] },
    problem: 'Dropped by DOCKER-USER rule 1 of the host: 6 SYNs left app and none reached db',
    steps: [
      [4, app(40130), end('172.20.0.3', 3306, 'db')],
      [3, app(40130), end('172.20.0.3', 3306, 'db')],
    ],
  },
  {
    ...{ protocol: 'tcp', state: 'closing', application: 'tls', packets: [19, 22] },
    steps: [
      [2, end('172.17.0.2', 50000, 'web'), end('198.51.100.7', 443)],
      [1, end('172.17.0.2', 50000, 'web'), end('198.51.100.7', 443)],
      [0, end('192.0.2.10', 50000), end('198.51.100.7', 443)],
    ],
  },
  {
    ...{ protocol: 'tcp', state: 'reset', application: 'http', packets: [4, 3] },
    problem: 'web reset the connection 1.2 ms after the request',
    steps: [
      [0, end('203.0.113.77', 40411), published],
      [1, end('203.0.113.77', 40411), web],
      [2, end('203.0.113.77', 40411), web],
    ],
  },
];

function iso(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('Z', '000000Z');
}

const interfaceNames = names.map((text, id): Flow['interface'] => {
  const [namespace = '', name = ''] = text.split(':');
  return { namespace, name, index: id + 2 };
});

export function interfaceOf(id: number): Flow['interface'] {
  return interfaceNames[id] ?? null;
}

function flowOf(id: number, connection: number, script: Script, step: Script['steps'][number]): Flow {
  const [interfaceId, source, destination] = step;
  const [forward, reverse] = script.packets;
  const { protocol, state, application } = script;
  const unanswered = state === 'unanswered';
  return {
    id,
    connection,
    interface: interfaceOf(interfaceId),
    interfaceId,
    protocol,
    source,
    destination,
    vlans: [],
    tunnels: [],
    packets: { forward, reverse },
    bytes: { forward: forward * 90, reverse: reverse * 640 },
    firstSeen: iso(start + (connection % 600)),
    lastSeen: iso(start + 30 + (connection % 600)),
    duration: 29,
    state,
    application,
    tcp: {
      handshakeRttMs: unanswered ? null : 0.42,
      retransmissions: unanswered ? 5 : 0,
      outOfOrder: 0,
      duplicateAcks: 0,
      zeroWindows: 0,
      resets: state === 'reset' ? 1 : 0,
    },
    notes: [],
  };
}

function addressOf(who: FlowEnd): string {
  return `${who.address}:${who.port}`;
}

function translationsOf(script: Script): Connection['translations'] {
  const first = script.steps[0];
  const last = script.steps[script.steps.length - 1];
  if (first === undefined || last === undefined) return [];
  const changes: Connection['translations'][number][] = [];
  if (first[2].address !== last[2].address) {
    changes.push({
      kind: 'dnat',
      from: addressOf(first[2]),
      to: addressOf(last[2]),
      rule: ruleReference('nat', 'DOCKER', 3),
    });
  }
  if (first[1].address !== last[1].address) {
    changes.push({
      kind: 'masquerade',
      from: addressOf(first[1]),
      to: addressOf(last[1]),
      rule: ruleReference('nat', 'POSTROUTING', 2),
    });
  }
  return changes;
}

function connectionOf(id: number, script: Script, flows: readonly Flow[]): Connection {
  const path = flows.map((flow, index) => ({
    interface: names[flow.interfaceId] ?? '',
    flow: flow.id,
    firstSeen: flow.firstSeen,
    deltaUs: index * 14,
  }));
  return {
    id,
    flows: flows.map((flow) => flow.id),
    path,
    lastSeenAt: path.at(-1)?.interface ?? null,
    translations: translationsOf(script),
    rules: id > scripts.length ? [] : rulesMetBy(id),
    verdict: id === 3 ? 'drop' : 'accept',
    problem: script.problem ?? '',
  };
}

/** A connection among many, for lists that are long. */
function scriptNumber(number: number): Script {
  const states: readonly FlowState[] = ['established', 'closed', 'closed', 'unanswered', 'active'];
  const source = end(
    `10.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}`,
    1024 + (number % 60000),
  );
  return {
    ...{
      protocol: number % 7 === 0 ? 'udp' : 'tcp',
      state: states[number % states.length] ?? 'active',
      application: null,
    },
    packets: [number % 97, number % 89],
    steps: [[number % 6, source, number % 3 === 0 ? web : end('172.20.0.3', 5432, 'db')]],
  };
}

export function reportOf(connections: number, version: number): FlowReport {
  const flows: Flow[] = [];
  const joined: Connection[] = [];
  for (let id = 1; id <= connections; id++) {
    const script = scripts[id - 1] ?? scriptNumber(id);
    const own = script.steps.map((step, index) => flowOf(flows.length + index + 1, id, script, step));
    flows.push(...own);
    joined.push(connectionOf(id, script, own));
  }
  return { flows, connections: joined, version };
}

export function segmentOf(
  number: number,
): SegmentInput & { readonly flow: number; readonly interfaceId: number } {
  const script = scripts[number % scripts.length] ?? scripts[0];
  const step = script?.steps[number % (script.steps.length || 1)];
  if (script === undefined || step === undefined) throw new Error('the script has steps');
  const [interfaceId, source, destination] = step;
  const forward = number % 3 !== 2;
  const [from, to] = forward ? [source, destination] : [destination, source];
  const before = scripts
    .slice(0, number % scripts.length)
    .reduce((sum, other) => sum + other.steps.length, 0);
  return {
    ...{
      source: from.address,
      sourcePort: from.port ?? 0,
      destination: to.address,
      destinationPort: to.port ?? 0,
    },
    flags: number < 10 ? ['SYN'] : number % 11 === 0 ? ['RST'] : ['PSH', 'ACK'],
    payload: number % 2 === 0 ? `GET /${number} HTTP/1.1\r\nHost: shop\r\n\r\n` : '',
    ...{ flow: before + (number % script.steps.length) + 1, interfaceId },
  };
}

export function packetNumber(number: number): FakePacket {
  const segment = segmentOf(number);
  const nanoseconds = (number * 12_345_678) % 1_000_000_000;
  const { interfaceId, flow } = segment;
  return {
    seconds: start + Math.floor(number / 80),
    nanoseconds,
    interfaceId,
    flow,
    bytes: tcpFrame(segment),
  };
}
