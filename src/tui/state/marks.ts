/** What is marked on the time line: connections with a problem, and what changed on the host. */
import { secondsOf } from '../../flow/clock.ts';
import type { FlowReport, Session, SessionEvent } from '../../session/model.ts';

export interface Mark {
  /** Seconds since 1970. */
  readonly time: number;
  readonly kind: 'problem' | 'event';
  readonly text: string;
}

let last: {
  readonly report: FlowReport;
  readonly events: readonly SessionEvent[];
  readonly marks: readonly Mark[];
};

/** In the order of their times. Kept until there are others: the header and the keys ask at every frame. */
export function marksOf(session: Pick<Session, 'flows' | 'events'>): readonly Mark[] {
  const report = session.flows();
  const { events } = session;
  if (last?.report !== report || last.events !== events)
    last = { report, events, marks: collect(report, events) };
  return last.marks;
}

function collect(report: FlowReport, events: readonly SessionEvent[]): readonly Mark[] {
  const problems = report.connections.flatMap(({ problem, path }): Mark[] => {
    if (problem === '') return [];
    const time = secondsOf(path[0]?.firstSeen ?? '');
    return Number.isNaN(time) ? [] : [{ time, kind: 'problem', text: problem }];
  });
  const changes = events.flatMap(({ time, text }): Mark[] =>
    Number.isNaN(time) ? [] : [{ time, kind: 'event', text }],
  );
  return [...problems, ...changes].sort((a, b) => a.time - b.time);
}
