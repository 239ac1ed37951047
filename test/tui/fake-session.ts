/**
 * A session that is written, not captured: a Docker host with five connections, and as many more packets and
 * flows as a test asks for. `arrive` makes packets come in.
 */

import type { Connection } from '../../src/flow/model.ts';
import { createEvaluator } from '../../src/netfilter/evaluate.ts';
import { RulesetCache } from '../../src/netfilter/rulesets.ts';
import type {
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
import { rules, rulesMetBy, topology } from './fake-host.ts';
import { dissectFrame } from './fake-packets.ts';
import { names, packetNumber, reportOf, scripts, segmentOf } from './fake-traffic.ts';

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
