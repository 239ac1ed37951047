/**
 * A session that is written, not captured: a Docker host with five connections, and as many more packets and
 * flows as a test asks for. `arrive` makes packets come in.
 */

import type { Connection, Flow, FlowEnd, FlowState } from '../../src/flow/model.ts';
import { createEvaluator } from '../../src/netfilter/evaluate.ts';
import { RulesetCache } from '../../src/netfilter/rulesets.ts';
import type {
  FlowReport,
  PacketEntry,
  PacketList,
  Session,
  SessionEvent,
  SessionInterface,
  SessionState,
} from '../../src/session/model.ts';
import { createPart } from '../../src/session/part.ts';
import { ProblemLog } from '../../src/session/problem-log.ts';
import { type Selection, type Statistics, Tally } from '../../src/session/tally.ts';
import { topologyChanges, wholeChanges } from '../../src/topology/changes.ts';
import { trafficKey } from '../../src/topology/link-traffic.ts';
import type { Topology } from '../../src/topology/model.ts';
import { dockerHost } from '../netfilter/hosts.ts';
import { ruleReference, rules, rulesMetBy, topology } from './fake-host.ts';
import { dissectFrame, type FakePacket, type SegmentInput, tcpFrame } from './fake-packets.ts';

/** 2026-11-20 10:24:31 UTC */
const start = 1_795_170_271;

/** The kernel counts what web's veth carries. */
const traffic = new Map([
  [
    trafficKey('net:[4026531840]', 9),
    {
      total: {
        ...{ rxPackets: 41_200, rxBytes: 5_340_000, rxErrors: 0, rxDropped: 0 },
        ...{ txPackets: 38_900, txBytes: 91_200_000, txErrors: 0, txDropped: 7 },
      },
      perSecond: {
        ...{ rxPackets: 12, rxBytes: 1_250, rxErrors: 0, rxDropped: 0 },
        ...{ txPackets: 15, txBytes: 34_100, txErrors: 0, txDropped: 0 },
      },
    },
  ],
]);

const [hostState] = dockerHost().namespaces;
if (hostState === undefined) throw new Error('no host');
/** The rules of a Docker host that publishes port 8080, for packets that a test types. */
const evaluator = createEvaluator(hostState, new RulesetCache().tables(hostState), 'host');

const names = [
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

const scripts: readonly Script[] = [
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

function interfaceOf(id: number): Flow['interface'] {
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

function reportOf(connections: number, version: number): FlowReport {
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

function segmentOf(number: number): SegmentInput & { readonly flow: number; readonly interfaceId: number } {
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

function packetNumber(number: number): FakePacket {
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

export interface FakeOptions {
  readonly mode?: 'live' | 'replay';
  readonly packets?: number;
  readonly connections?: number;
  readonly empty?: boolean;
  readonly writing?: string;
  readonly dropped?: number;
  readonly warnings?: readonly string[];
}

export interface FakeSession extends Session {
  /** Packets come in, and the listeners are told. */
  arrive(packets: number): void;
  /** The host is like this now. */
  become(host: Topology): void;
  totals: Session['totals'];
  readonly isClosed: boolean;
}

export function fakeSession(options: FakeOptions = {}): FakeSession {
  const empty = options.empty ?? false;
  let last = empty ? 0 : (options.packets ?? 2000);
  let state: SessionState = options.mode === 'replay' ? 'done' : 'capturing';
  let report = empty
    ? { flows: [], connections: [], version: 0 }
    : reportOf(options.connections ?? scripts.length, 1);
  let finish: () => void = () => {};
  const ended = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const rates = Array.from({ length: 60 }, (_, second) => Math.round(600 + 500 * Math.sin(second / 4)));
  const listeners = new Set<() => void>();
  const problems = new ProblemLog();
  let judged: readonly Connection[] = [];
  let host = empty ? null : topology;
  let events: readonly SessionEvent[] = [];

  /** Connections that problems were not looked for in yet. */
  function changedSince(): readonly number[] {
    if (judged === report.connections) return [];
    judged = report.connections;
    return judged.map(({ id }) => id);
  }

  function entry(number: number): PacketEntry | undefined {
    if (number < 1 || number > last) return undefined;
    const { bytes, seconds, nanoseconds, interfaceId, flow } = packetNumber(number);
    return {
      ...{ number, seconds, nanoseconds, interfaceId, linkType: 1, flow, innerFlow: 0, analysis: [] },
      ...{ wireLength: bytes.length, capturedLength: bytes.length },
    };
  }

  let counted = { last: -1, made: new Tally(1).statistics(1) };

  /** Of a long session every so many packets only: making them is slow. */
  function statistics(selection: Selection | null): Statistics {
    if (selection === null && counted.last === last) return counted.made;
    const tally = new Tally(1);
    const step = Math.ceil(last / 5000);
    for (let number = 1; number <= last; number += step) {
      const { seconds, interfaceId, flow, bytes } = packetNumber(number);
      const chosen = selection?.flows?.has(flow) ?? true;
      if (chosen && number <= (selection?.last ?? last)) tally.add(interfaceId, seconds, bytes.length, flow);
    }
    const made = tally.statistics(1);
    if (selection === null) counted = { last, made };
    return made;
  }

  const list: PacketList = {
    get first() {
      return 1;
    },
    get last() {
      return last;
    },
    at: entry,
    bytes: (number) => (entry(number) === undefined ? undefined : packetNumber(number).bytes),
    dissect: (number) => (entry(number) === undefined ? undefined : dissectFrame(packetNumber(number).bytes)),
    ofFlows(flows, limit) {
      const numbers: number[] = [];
      for (let number = 1; number <= last && numbers.length < limit; number++) {
        if (flows.has(segmentOf(number).flow)) numbers.push(number);
      }
      return numbers;
    },
  };

  const totals = () => ({
    ...{ packets: last, bytes: last * 420, dropped: options.dropped ?? 0 },
    ...{ rates: empty ? [] : rates, duration: Math.floor(last / 80) },
  });

  const problemReport = () =>
    problems.look({
      changed: changedSince(),
      connection: (id) => report.connections[id - 1],
      flow: (id) => report.flows[id - 1],
      flows: report.flows,
      requests: [],
      names: { interfaceOf: () => null, containerOf: () => null, version: 0 },
      packets: {
        first: 1,
        last: 0,
        at: () => undefined,
        bytes: () => undefined,
        dissect: () => undefined,
        ofFlows: () => [],
      },
      index: null,
      host: null,
    });

  async function stop(): Promise<void> {
    if (state === 'capturing') state = 'done';
    finish();
  }

  return {
    mode: options.mode ?? 'live',
    title: 'lab-host',
    get state() {
      return state;
    },
    progress: null,
    files: [],
    writing: options.writing ?? null,
    snapshot: null,
    get topology() {
      return host;
    },
    traffic,
    get interfaces() {
      return names.map((text, id): SessionInterface => {
        const [namespace = '', name = ''] = text.split(':');
        const packets = empty ? 0 : Math.floor(last / 6) + id * 7;
        return {
          ...{ id, namespace, name, index: id + 2, linkType: 1, packets, bytes: packets * 420 },
          ...{ received: packets, dropped: 0, ended: null },
        };
      });
    },
    packets: list,
    warnings: options.warnings ?? [],
    get events() {
      return events;
    },
    totals,
    statistics,
    flows: () => report,
    passingFlows: () => ({
      count: report.flows.length,
      ...report,
      flow: (id) => report.flows.find((flow) => flow.id === id),
      brief: (id) => report.flows.find((flow) => flow.id === id),
    }),
    within: (part) =>
      createPart({
        ...{ part, packets: list, totals, statistics, flowIn: null },
        flows: () => report,
        rules: () => rules,
        problems: problemReport,
        worked: () => 1,
      }),
    rules: () => (empty ? { tables: [], errors: [], version: 0 } : rules),
    problems: problemReport,
    rulesOf: rulesMetBy,
    evaluate: (_, packet, device) => evaluator.evaluate({ packet, in: device }),
    follow: () => [],
    diagnose: () => Promise.reject(new Error('a written host cannot be diagnosed')),
    comments: [],
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    ended,
    stop,
    async close() {
      await stop();
      state = 'closed';
    },
    get isClosed() {
      return state === 'closed';
    },
    become(next) {
      const changes = host === null ? [] : wholeChanges(topologyChanges(host, next));
      const time = Date.now() / 1000;
      events = [...events, ...changes.map(({ text, subjects }) => ({ time, text, subjects }))];
      host = next;
      for (const listener of listeners) listener();
    },
    arrive(packets) {
      last += packets;
      rates.push(packets * 10);
      rates.shift();
      report = { ...report, version: report.version + 1 };
      for (const listener of listeners) listener();
    },
  };
}
