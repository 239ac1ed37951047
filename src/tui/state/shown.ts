/** What the views read: the session, or the session as it was when the screen was frozen. */
import type { PacketList, Session } from '../../session/model.ts';

export type Shown = Omit<Session, 'passingFlows' | 'diagnose' | 'onChange' | 'ended' | 'stop' | 'close'>;

/**
 * The session as it is now. Reports are plain data and stay; the packet list keeps growing underneath and is
 * cut at today's newest. Live, the ring may forget packets that the frozen screen still counts: rows of
 * those are shown as gone.
 */
export function freeze(session: Shown): Shown {
  const { mode, title, state, progress, files, writing, snapshot, topology } = session;
  const { interfaces, warnings, events, comments } = session;
  const totals = session.totals();
  const flows = session.flows();
  const rules = session.rules();
  const problems = session.problems();
  return {
    mode,
    title,
    state,
    progress,
    files,
    writing,
    snapshot,
    topology,
    interfaces,
    warnings,
    events,
    comments,
    packets: cutOff(session.packets),
    totals: () => totals,
    flows: () => flows,
    rules: () => rules,
    problems: () => problems,
    rulesOf: (connection) => session.rulesOf(connection),
    evaluate: (namespace, packet, device) => session.evaluate(namespace, packet, device),
    follow: (flow) => session.follow(flow),
  };
}

function cutOff(packets: PacketList): PacketList {
  const last = packets.last;
  return {
    get first() {
      return Math.min(packets.first, last);
    },
    last,
    at: (number) => (number > last ? undefined : packets.at(number)),
    bytes: (number) => (number > last ? undefined : packets.bytes(number)),
    dissect: (number) => (number > last ? undefined : packets.dissect(number)),
    ofFlows: (flows, limit) => packets.ofFlows(flows, limit).filter((number) => number <= last),
  };
}
