/** What a part of a session is, whether it was worked out anew (retake.ts) or is what a live session knows now. */

import { secondsOf } from '../flow/clock.ts';
import type { Flow } from '../flow/model.ts';
import type {
  FlowReport,
  PacketList,
  Part,
  ProblemReport,
  RulesReport,
  SessionPart,
  SessionTotals,
} from './model.ts';
import type { Selection, Statistics } from './tally.ts';

export interface PartInput {
  readonly part: Part;
  readonly packets: PacketList;
  readonly totals: () => SessionTotals;
  readonly statistics: (selection: Selection) => Statistics;
  /** Of all packets up to the part's end, or of the whole session. */
  readonly flows: () => FlowReport;
  readonly rules: () => RulesReport;
  /** Of the whole session. */
  readonly problems: () => ProblemReport;
  /** A flow as it was in the part; undefined when it has no packet there. Null: all are as they are. */
  readonly flowIn: ((flow: Flow) => Flow | undefined) | null;
  readonly worked: () => number;
}

export function createPart(input: PartInput): SessionPart {
  const { part, statistics, flowIn } = input;
  const packets = packetsWithin(input.packets, part);
  let noticed: { readonly of: ProblemReport; readonly report: ProblemReport } | undefined;
  let cut: { readonly of: FlowReport; readonly report: FlowReport } | undefined;

  function flows(): FlowReport {
    const report = input.flows();
    if (flowIn === null) return report;
    if (cut?.of !== report) cut = { of: report, report: reportWithin(report, flowIn) };
    return cut.report;
  }

  /** Those that had begun by then, and were seen since the part's begin. */
  function problems(): ProblemReport {
    const report = input.problems();
    if (noticed?.of !== report) {
      const entry = packets.at(packets.first);
      const begin = part.first <= 1 || entry === undefined ? Number.NEGATIVE_INFINITY : entry.seconds;
      const within = report.problems.filter(
        ({ firstSeen, lastSeen }) => secondsOf(firstSeen) <= part.time && secondsOf(lastSeen) >= begin,
      );
      noticed = { of: report, report: { ...report, problems: within } };
    }
    return noticed.report;
  }

  return {
    get worked() {
      return input.worked();
    },
    packets,
    totals() {
      const { packets: counted, bytes, start, buckets, width } = statistics({ ...part, flows: null });
      const first = packets.at(packets.first);
      const from = first === undefined ? start : first.seconds + first.nanoseconds / 1e9;
      const last = packets.at(packets.last);
      const to = last === undefined ? start + buckets * width : last.seconds + last.nanoseconds / 1e9;
      return {
        ...input.totals(),
        ...{ packets: counted, bytes, rates: [], duration: counted === 0 ? 0 : to - from },
      };
    },
    statistics: (selection) => statistics({ ...part, flows: selection?.flows ?? null }),
    flows,
    rules: input.rules,
    problems,
    rulesOf: (connection) => flows().connections.find(({ id }) => id === connection)?.rules ?? [],
  };
}

function reportWithin(report: FlowReport, flowIn: (flow: Flow) => Flow | undefined): FlowReport {
  const flows = report.flows.flatMap((flow) => flowIn(flow) ?? []);
  const present = new Set(flows.map(({ id }) => id));
  const connections = report.connections.flatMap((connection) => {
    const left = connection.flows.filter((id) => present.has(id));
    if (left.length === connection.flows.length) return [connection];
    const path = connection.path.filter(({ flow }) => present.has(flow));
    return left.length === 0 ? [] : [{ ...connection, flows: left, path }];
  });
  return { flows, connections, version: report.version };
}

function packetsWithin(packets: PacketList, { first, last }: Part): PacketList {
  const has = (number: number) => number >= first && number <= last;
  return {
    get first() {
      return Math.max(packets.first, first);
    },
    get last() {
      return Math.min(packets.last, last);
    },
    at: (number) => (has(number) ? packets.at(number) : undefined),
    bytes: (number) => (has(number) ? packets.bytes(number) : undefined),
    dissect: (number) => (has(number) ? packets.dissect(number) : undefined),
    ofFlows: (flows, limit) => packets.ofFlows(flows, limit).filter(has),
  };
}
