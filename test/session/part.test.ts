/** Parts of a recording: what had happened by then, and what happened in between. */
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Flow } from '../../src/flow/model.ts';
import type { Part, Session, SessionPart } from '../../src/session/model.ts';
import { openFile } from './open.ts';

const recording = resolve(import.meta.dirname, '../../fixtures/broken-db.pcapng');

const open = (count?: number) =>
  openFile(recording, { numeric: true, ...(count === undefined ? {} : { count }) });

function whole(session: Session, part: Part): SessionPart {
  for (;;) {
    const made = session.within(part);
    if (made.worked === 1) return made;
  }
}

function timeOf(session: Session, number: number): number {
  const entry = session.packets.at(number);
  return (entry?.seconds ?? 0) + (entry?.nanoseconds ?? 0) / 1e9;
}

/** What of a flow does not depend on the state of the host, which a recording that was cut off lacks. */
function facts(flow: Flow) {
  const { id, protocol, source, destination, packets, bytes, firstSeen, lastSeen, application, tcp } = flow;
  return { id, protocol, source, destination, packets, bytes, firstSeen, lastSeen, application, tcp };
}

describe('a part of a recording', () => {
  let session: Session;
  beforeAll(async () => {
    session = await open();
  });
  afterAll(() => session.close());

  it.each([1, 40, 700, 1879])('up to packet %i has the flows of a capture that ended there', async (last) => {
    const part = whole(session, { first: 1, last, time: timeOf(session, last) });
    const ended = await open(last);
    expect(part.flows().flows.map(facts)).toEqual(ended.flows().flows.map(facts));
    expect(part.totals()).toMatchObject({ packets: last, bytes: ended.totals().bytes });
    expect(part.packets.last).toBe(last);
    expect(part.packets.at(last + 1)).toBeUndefined();
    await ended.close();
  });

  it('up to the last packet is all of it, also after going back', () => {
    const { last } = session.packets;
    whole(session, { first: 1, last: 500, time: timeOf(session, 500) });
    whole(session, { first: 1, last: 90, time: timeOf(session, 90) });
    const part = whole(session, { first: 1, last, time: timeOf(session, last) });
    expect(part.flows().flows.map(facts)).toEqual(session.flows().flows.map(facts));
  });

  it('shows a connection as waiting before it was given up on', () => {
    const given = session.flows().flows.find(({ state }) => state === 'unanswered');
    expect(given).toBeDefined();
    const [first = 0] = session.packets.ofFlows(new Set([given?.id ?? 0]), 1000);
    const part = whole(session, { first: 1, last: first, time: timeOf(session, first) });
    const then = part.flows().flows.find(({ id }) => id === given?.id);
    expect(then?.state).toBe('syn-sent');
    expect(then?.packets).toEqual({ forward: 1, reverse: 0 });
  });

  it('in between has what flows did there: each packet once, in its direction', () => {
    const [first, last] = [600, 1200];
    const part = whole(session, { first, last, time: timeOf(session, last) });
    const { flows, connections } = part.flows();
    const before = whole(session, { first: 1, last: first - 1, time: timeOf(session, first - 1) }).flows()
      .flows;
    const until = whole(session, { first: 1, last, time: timeOf(session, last) }).flows().flows;
    const packetsBefore = new Map(before.map(({ id, packets }) => [id, packets]));
    for (const flow of flows) {
      const numbers = session.packets.ofFlows(new Set([flow.id]), 10_000);
      const inside = numbers.filter((number) => number >= first && number <= last);
      expect(flow.packets.forward + flow.packets.reverse).toBe(inside.length);
      const then = until.find(({ id }) => id === flow.id);
      const forward = (then?.packets.forward ?? 0) - (packetsBefore.get(flow.id)?.forward ?? 0);
      expect(flow.packets.forward).toBe(forward);
    }
    const present = new Set(flows.map(({ id }) => id));
    const silent = until.filter(({ id }) => !present.has(id));
    expect(silent.length).toBeGreaterThan(0);
    for (const { id } of silent) {
      const numbers = session.packets.ofFlows(new Set([id]), 10_000);
      expect(numbers.some((number) => number >= first && number <= last)).toBe(false);
    }
    for (const connection of connections) {
      expect(connection.flows.every((id) => present.has(id))).toBe(true);
    }
    expect(part.statistics(null).packets).toBe(last - first + 1);
  });
});
