/** Connections that never opened: refused, rejected, unanswered. */
import type { Flow, FlowError } from '../../flow/model.ts';
import { clientName, type Judge, type Judgement, judgement, lasting, placeOf, serverName } from './model.ts';

/** An ICMP error that says that nothing gets through. */
export const rejected: Judge = ({ flows }) => {
  const flow = flows.findLast(({ state, error }) => state === 'rejected' && error !== undefined);
  return flow?.error === undefined ? [] : [rejection(flow, flow.error)];
};

function rejection(flow: Flow, error: FlowError): Judgement {
  const { name, sender, type, code, count, packet, family } = error;
  const protocol = family === 4 ? 'ICMP' : 'ICMPv6';
  const said = `${protocol} "${name}" (type ${type}, code ${code})`;
  return judgement({
    cause: rejectionCause(flow, error),
    severity: 'blocker',
    confidence: 'possible',
    what: `${sender} ${type} ${code}`,
    summary: `${clientName(flow.source)} does not reach ${serverName(flow.destination)}: ${sender} answers with ${said}${meaning(flow, error)}.`,
    evidence: [{ kind: 'packet', where: placeOf(flow), text: `${said} from ${sender}, ${count} times` }],
    flow,
    packets: [packet],
    proof: 'first',
    asksHost: true,
  });
}

/** RFC 792, RFC 1812 section 5.2.7.1, RFC 4443 section 3.1; what Linux sends them for. */
function rejectionCause(flow: Flow, { family, type, code, sender }: FlowError): string {
  if (isPortUnreachable(family, type, code)) {
    // The host itself has no socket; for TCP it would send RST, so that a rule must have answered.
    return flow.protocol === 'udp' && sender === flow.destination.address
      ? 'not-listening'
      : 'user-rule-drop';
  }
  if (family === 4 && [9, 10, 13].includes(code)) return 'user-rule-drop';
  if (family === 6 && [1, 5, 6].includes(code)) return 'user-rule-drop';
  if (family === 4 ? code === 1 : code === 3) return 'arp-unanswered';
  return 'no-route';
}

function isPortUnreachable(family: number, type: number, code: number): boolean {
  return family === 4 ? type === 3 && code === 3 : type === 1 && code === 4;
}

function meaning(flow: Flow, error: FlowError): string {
  switch (rejectionCause(flow, error)) {
    case 'not-listening':
      return ': nothing listens on that port';
    case 'user-rule-drop':
      return ': a rule rejects it';
    case 'arp-unanswered':
      return error.sender === flow.source.address
        ? ': its own ARP requests for the next hop stay unanswered'
        : ': nobody answers ARP for the next hop there';
    default:
      return ': it has no route there';
  }
}

export const refused: Judge = ({ flows }) => {
  const flow = flows.findLast(({ state }) => state === 'refused');
  if (flow === undefined) return [];
  const tries = flow.tcp?.syns ?? 1;
  return [
    judgement({
      cause: 'not-listening',
      severity: 'blocker',
      confidence: 'possible',
      summary: `${serverName(flow.destination)} refuses the connections of ${clientName(flow.source)} with RST: nothing listens there, or a rule rejects them.`,
      evidence: [
        {
          kind: 'packet',
          where: placeOf(flow),
          text: `${tries === 1 ? 'a SYN' : `${tries} SYNs`} answered with RST after ${lasting(flow.duration)}`,
        },
      ],
      flow,
      proof: 'first',
      asksHost: true,
    }),
  ];
};

/** The answer was seen on one interface of the way and did not get back to an earlier one. */
export const lostAnswer: Judge = ({ first, flows }) => {
  if (first.packets.reverse > 0 || first.state === 'active') return [];
  const reached = flows.find(({ packets }) => packets.reverse > 0);
  if (reached === undefined) return [];
  return [
    judgement({
      cause: 'answer-lost',
      severity: 'blocker',
      summary: `${serverName(reached.destination)} answers ${clientName(first.source)}, and the answer does not get back: it was last seen at ${placeOf(reached)} and did not reach ${placeOf(first)}.`,
      evidence: [
        { kind: 'packet', where: placeOf(reached), text: `${reached.packets.reverse} packets of the answer` },
        { kind: 'packet', where: placeOf(first), text: 'none of them' },
      ],
      flow: reached,
      proof: 'first',
      asksHost: true,
    }),
  ];
};

export const unanswered: Judge = ({ first, last, flows }) => {
  if (first.packets.reverse > 0 || !flows.some(({ state }) => state === 'unanswered')) return [];
  const isTcp = first.protocol === 'tcp';
  const counts = flows.map(({ tcp, packets }) => (isTcp ? (tcp?.syns ?? 0) : packets.forward));
  const tries = Math.max(...counts);
  const what = `${isTcp ? 'SYN' : 'packet'}${tries === 1 ? '' : 's'}`;
  const where = placeOf(last);
  const seen = where === 'capture' ? '' : `, last seen at ${where}`;
  // One try may be the capture's end, or an answer that took another way; a second one says that the client had none.
  const isSure = tries > 1;
  return [
    judgement({
      cause: 'no-answer',
      severity: isSure && isTcp ? 'blocker' : 'warning',
      confidence: isSure ? 'certain' : 'possible',
      summary: `${serverName(first.destination)} does not answer ${clientName(first.source)}: ${tries} ${what}${first.duration > 0 ? ` in ${lasting(first.duration)}` : ''}${seen}.`,
      evidence: [
        {
          kind: 'packet',
          where,
          text: `${tries} ${what}${first.duration > 0 ? ` in ${lasting(first.duration)}` : ''}, no answer`,
        },
      ],
      flow: last,
      proof: 'first',
      asksHost: true,
    }),
  ];
};

/** The SYN was answered, again and again, and the client did not go on: it never got the answer, or never wanted it. */
export const halfOpen: Judge = ({ first, last, flows }) => {
  if (!flows.every(({ state }) => state === 'syn-received')) return [];
  const repeated = last.tcp?.retransmissions ?? 0;
  if (repeated === 0) return [];
  return [
    judgement({
      cause: 'handshake-incomplete',
      severity: 'warning',
      summary: `${serverName(first.destination)} answers the SYN of ${clientName(first.source)}, who does not complete the handshake: the SYN-ACK was sent ${repeated + 1} times.`,
      flow: last,
      proof: 'first',
      asksHost: false,
    }),
  ];
};
