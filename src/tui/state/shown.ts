/** What the views read: the session, or the session as it was when the screen was frozen. */
import type { PacketList, Session, SessionPart } from '../../session/model.ts';
import type { Ui } from './model.ts';
import { partOf } from './time.ts';

export type Shown = Omit<
  Session,
  'passingFlows' | 'within' | 'diagnose' | 'onChange' | 'ended' | 'stop' | 'close'
>;

const parts = new WeakMap<SessionPart, Shown>();

/** What the views read now: as it was frozen, or up to the moment and within the range that the time line says. */
export function shownNow(ui: Ui, session: Session): Shown {
  if (ui.frozen !== null) return ui.frozen;
  const part = partOf(ui.time, session);
  if (part === null) return session;
  const within = session.within(part);
  let shown = parts.get(within);
  if (shown === undefined) {
    shown = shownWithin(session, within);
    parts.set(within, shown);
  }
  return shown;
}

/** The session with the packets, flows and counts of a part of it. */
function shownWithin(session: Session, part: SessionPart): Shown {
  return {
    ...everythingOf(session),
    packets: part.packets,
    totals: () => part.totals(),
    statistics: (selection) => part.statistics(selection),
    flows: () => part.flows(),
    rules: () => part.rules(),
    problems: () => part.problems(),
    rulesOf: (connection) => part.rulesOf(connection),
  };
}

/**
 * The session as it is now. Reports are plain data and stay; the packet list keeps growing underneath and is
 * cut at today's newest. Live, the ring may forget packets that the frozen screen still counts: rows of
 * those are shown as gone.
 */
export function freeze(session: Shown): Shown {
  const totals = session.totals();
  const statistics = session.statistics(null);
  const { last } = session.packets;
  const flows = session.flows();
  const rules = session.rules();
  const problems = session.problems();
  return {
    ...everythingOf(session),
    packets: cutOff(session.packets),
    totals: () => totals,
    statistics: (selection) =>
      selection === null
        ? statistics
        : session.statistics({ ...selection, last: Math.min(last, selection.last) }),
    flows: () => flows,
    rules: () => rules,
    problems: () => problems,
  };
}

/** A session's properties as they are now: most are getters, which a spread would not take along. */
function everythingOf(session: Shown): Shown {
  const { mode, title, state, progress, files, writing, snapshot, topology } = session;
  const { traffic, interfaces, warnings, events, comments, packets } = session;
  return {
    ...{ mode, title, state, progress, files, writing, snapshot, topology },
    ...{ traffic, interfaces, warnings, events, comments, packets },
    totals: () => session.totals(),
    statistics: (selection) => session.statistics(selection),
    flows: () => session.flows(),
    rules: () => session.rules(),
    problems: () => session.problems(),
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
