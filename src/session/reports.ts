/**
 * Flows, connections and rules worked out of what was taken in: on demand, and live no more often than the
 * working out costs.
 */

import type { JoinedConnection } from '../flow/connections/path.ts';
import { ConnectionJoiner, type JoinContext } from '../flow/connections.ts';
import type { Connection, Flow } from '../flow/model.ts';
import type { Evaluation } from '../netfilter/model.ts';
import type { PacketSpec } from '../netfilter/packet-spec.ts';
import { restAfter } from '../util/rest.ts';
import type { Annotations } from './annotations.ts';
import type { HostSide } from './host-side.ts';
import type { HostState } from './host-state.ts';
import type { Ingest } from './ingest.ts';
import type { FlowReport, PacketList, PassingFlows, ProblemReport, RulesReport } from './model.ts';
import type { SessionNames } from './names.ts';
import type { ProblemLog } from './problem-log.ts';

/** Live, a report is worked out anew when so many milliseconds have passed, and as many more as it costs. */
const shortest = 200;
/** The same for problems, which the header counts whatever view is shown. */
const problemsFactor = 20;
const shortestForProblems = 500;

export class Reports {
  readonly #ingest: Ingest;
  readonly #names: SessionNames;
  readonly #host: () => HostState | null;
  readonly #joiner: ConnectionJoiner;
  /** Null until the session has a host. */
  #side: HostSide | null = null;
  #conntrack: { readonly of: HostState | null; readonly entries: JoinContext['conntrack'] } = {
    of: null,
    entries: [],
  };
  #flows: FlowReport = { flows: [], connections: [], version: 0 };
  #flowsOf: { readonly ingest: number; readonly host: HostState | null } = { ingest: -1, host: null };
  #flowsAt = 0;
  #flowsCost = 0;
  #byFlow: { readonly version: number; readonly map: ReadonlyMap<number, Connection> } = {
    version: -1,
    map: new Map(),
  };
  #rules: RulesReport = { tables: [], errors: [], version: 0 };
  #rulesOf: { readonly flows: number; readonly host: HostState | null } = { flows: -1, host: null };

  #problemsOf: { readonly flows: number; readonly host: HostState | null; readonly requests: number } = {
    flows: -1,
    host: null,
    requests: -1,
  };
  #problemsAt = 0;
  #problemsCost = 0;

  constructor(ingest: Ingest, names: SessionNames, host: () => HostState | null) {
    this.#ingest = ingest;
    this.#names = names;
    this.#host = host;
    this.#joiner = new ConnectionJoiner(ingest.table);
  }

  /** The host was read: its rules' counters are compared with those before. */
  hostRead(host: HostState, side: HostSide): void {
    this.#side = side;
    side.counters.see(host);
  }

  /** @param running more packets are coming, so a report that is a moment old will do. */
  flows(running: boolean): FlowReport {
    const host = this.#host();
    if (this.#flowsOf.ingest === this.#ingest.version && this.#flowsOf.host === host) return this.#flows;
    const started = performance.now();
    const wait = Math.max(shortest, restAfter(this.#flowsCost));
    if (running && this.#flows.version > 0 && started - this.#flowsAt < wait) return this.#flows;
    this.#flowsOf = { ingest: this.#ingest.version, host };
    const { flows, connections } = this.#workOut(host);
    this.#flows = { flows, connections, version: this.#flows.version + 1 };
    this.#flowsAt = performance.now();
    this.#flowsCost = this.#flowsAt - started;
    return this.#flows;
  }

  passingFlows(): PassingFlows {
    const host = this.#host();
    const names = this.#names;
    const { table } = this.#ingest;
    if (host !== null) {
      // The rules that a connection met take more than one look at its flows.
      const { flows, connections } = this.flows(false);
      const byId = new Map(flows.map((flow) => [flow.id, flow]));
      const flow = (id: number) => byId.get(id);
      return { count: flows.length, flows, connections, flow, brief: flow };
    }
    const joined = this.#joiner.passing({ names, conntrack: this.#conntrackOf(host) });
    return {
      count: table.store.count,
      flows: { [Symbol.iterator]: () => table.each(names) },
      connections: { [Symbol.iterator]: () => unannotated(joined) },
      flow: (id) => table.flowOf(id, names),
      brief: (id) => table.briefOf(id, names),
    };
  }

  rules(running: boolean): RulesReport {
    const host = this.#host();
    const { connections, version } = this.flows(running);
    if (this.#rulesOf.flows === version && this.#rulesOf.host === host) return this.#rules;
    this.#rulesOf = { flows: version, host };
    const annotations = this.#annotationsOf(host);
    if (annotations === null || this.#side === null) return this.#rules;
    this.#rules = {
      ...annotations.rulesMetBy(connections, this.#side.counters.rates()),
      version: this.#rules.version + 1,
    };
    return this.#rules;
  }

  /** What is wrong, in `log`. */
  problems(log: ProblemLog, running: boolean, packets: PacketList): ProblemReport {
    const host = this.#host();
    const { requests } = this.#ingest;
    const known = log.report;
    const started = performance.now();
    const wait = Math.max(shortestForProblems, this.#problemsCost * problemsFactor);
    if (running && known.version > 0 && started - this.#problemsAt < wait) return known;
    const { flows, connections, version } = this.flows(running);
    const of = this.#problemsOf;
    if (known.settled && of.flows === version && of.host === host && of.requests === requests.version)
      return known;
    this.#problemsOf = { flows: version, host, requests: requests.version };
    const report = log.look({
      changed: this.#joiner.takeChanged(),
      connection: (id) => byId(connections, id),
      flow: (id) => byId(flows, id),
      flows,
      requests: of.requests === requests.version ? [] : requests.unanswered(),
      ...{ names: this.#names, packets, host, index: this.#ingest.index },
    });
    this.#problemsAt = performance.now();
    this.#problemsCost = this.#problemsAt - started;
    return report;
  }

  evaluate(namespace: string, packet: PacketSpec, device: string | null): Evaluation | null {
    return this.#annotationsOf(this.#host())?.evaluate(namespace, packet, device) ?? null;
  }

  /** The connection of the flow with this id, as far as it is known. */
  connectionOf(flow: number, running: boolean): Connection | undefined {
    const { connections, version } = this.flows(running);
    if (this.#byFlow.version !== version) {
      const map = new Map<number, Connection>();
      for (const connection of connections) for (const id of connection.flows) map.set(id, connection);
      this.#byFlow = { version, map };
    }
    return this.#byFlow.map.get(flow);
  }

  #workOut(host: HostState | null): {
    readonly flows: readonly Flow[];
    readonly connections: readonly Connection[];
  } {
    const joined = this.#joiner.join({ names: this.#names, conntrack: this.#conntrackOf(host) });
    const flows = this.#ingest.table.report(this.#names);
    const annotations = this.#annotationsOf(host);
    const counters = this.#side?.counters;
    if (annotations === null || counters === undefined)
      return { flows, connections: [...unannotated(joined)] };
    const flowById = new Map(flows.map((flow) => [flow.id, flow]));
    const connections = joined.map((connection): Connection => {
      const { id, flows: members, path, lastSeenAt, problem } = connection;
      const met = annotations.of(connection, flowById);
      return {
        id,
        flows: members,
        path,
        lastSeenAt,
        translations: met.translations,
        rules: met.rules,
        verdict: met.verdict,
        problem: [problem, met.problem].filter((text) => text !== '').join('; '),
      };
    });
    counters.settle(connections, (id) => flowById.get(id));
    return {
      flows,
      connections: connections.map((connection) => counters.withEvidence(connection.id, connection)),
    };
  }

  #conntrackOf(host: HostState | null): JoinContext['conntrack'] {
    if (this.#conntrack.of !== host) {
      const entries = (host?.snapshot.namespaces ?? []).flatMap(({ id, conntrack }) => {
        const namespace = host?.lookup.namespaceById(id)?.name ?? id;
        return conntrack.map((entry) => ({ namespace, entry }));
      });
      this.#conntrack = { of: host, entries };
    }
    return this.#conntrack.entries;
  }

  #annotationsOf(host: HostState | null): Annotations | null {
    return host === null ? null : (this.#side?.annotationsOf(host) ?? null);
  }
}

/** The one with this number, of a list in the order of numbers. */
function byId<Item extends { readonly id: number }>(items: readonly Item[], id: number): Item | undefined {
  let low = 0;
  let high = items.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const item = items[middle];
    if (item === undefined || item.id === id) return item;
    if (item.id < id) low = middle + 1;
    else high = middle - 1;
  }
  return undefined;
}

/** Connections without the state of a host: nothing is known of rules. */
function* unannotated(joined: Iterable<JoinedConnection>): Generator<Connection> {
  for (const { id, flows, path, lastSeenAt, problem } of joined) {
    yield { id, flows, path, lastSeenAt, translations: [], rules: [], verdict: 'unknown', problem };
  }
}
