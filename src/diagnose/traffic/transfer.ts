/** Connections that opened and then went wrong. */
import type { Flow } from '../../flow/model.ts';
import { clientName, type Judge, judgement, lasting, placeOf, serverName } from './model.ts';

/** So many, and so large a part of the packets, that somebody notices. */
const many = 3;
const largePart = 0.03;
/** Window probes that got no window: the kernel sends them after 0.2, 0.6, 1.4, 3, ... s (RFC 9293 section 3.8.6.1). */
const manyProbes = 3;

export const reset: Judge = ({ last }) => {
  if (last.state !== 'reset') return [];
  const byClient = last.tcp?.resetBy === 'source';
  const { source, destination, duration, packets } = last;
  const sender = byClient ? clientName(source) : serverName(destination);
  const other = byClient ? serverName(destination) : clientName(source);
  const had = `${packets.forward} packets there and ${packets.reverse} back`;
  return [
    judgement({
      cause: 'connection-reset',
      // Clients end with RST what they want nothing more of; a server that does it had to.
      severity: byClient ? 'info' : 'warning',
      what: byClient ? 'client' : 'server',
      summary: `${sender}, the ${byClient ? 'client' : 'server'}, ends the connection with ${other} with RST, ${lasting(duration)} after its first packet and in the middle of it (${had}).`,
      evidence: [
        {
          kind: 'packet',
          where: placeOf(last),
          text: `RST from the ${byClient ? 'client' : 'server'} after ${lasting(duration)}; ${had}`,
        },
      ],
      flow: last,
      proof: 'last',
    }),
  ];
};

/** A router said that packets are too large, and they were sent again. */
export const tooLarge: Judge = ({ flows }) => {
  const flow = flows.find(({ error }) => error?.mtu != null);
  if (flow?.error?.mtu == null) return [];
  const { mtu, sender, type, code, packet, name } = flow.error;
  const lost = flow.tcp?.retransmissions ?? 0;
  const goesOn = lost < many;
  return [
    judgement({
      cause: 'mtu-black-hole',
      // Path MTU discovery at work (RFC 1191) is no trouble as long as it works.
      severity: goesOn ? 'info' : 'blocker',
      what: `mtu ${mtu}`,
      summary: `Packets between ${clientName(flow.source)} and ${serverName(flow.destination)} are too large for a link behind ${sender}, which takes ${mtu} octets${goesOn ? '' : `, and are sent again all the same (${lost} times)`}.`,
      evidence: [
        {
          kind: 'packet',
          where: placeOf(flow),
          text: `ICMP "${name}" (type ${type}, code ${code}) from ${sender}: next-hop MTU ${mtu}`,
        },
      ],
      flow,
      packets: [packet],
      proof: 'again',
      asksHost: !goesOn,
    }),
  ];
};

export const slow: Judge = ({ flows }) => {
  const worst = flows.toSorted((a, b) => share(b) - share(a))[0];
  if (worst === undefined) return [];
  const lost = worst.tcp?.retransmissions ?? 0;
  const packets = worst.packets.forward + worst.packets.reverse;
  if (lost >= many && share(worst) >= largePart) {
    return [
      judgement({
        cause: 'packet-loss',
        severity: 'warning',
        summary: `Packets between ${clientName(worst.source)} and ${serverName(worst.destination)} are lost on the way: of a connection's ${packets}, ${lost} were sent again.`,
        evidence: [
          { kind: 'packet', where: placeOf(worst), text: `${lost} retransmissions in ${packets} packets` },
        ],
        flow: worst,
        proof: 'again',
        asksHost: true,
      }),
    ];
  }
  const stalled = flows.find(({ tcp }) => (tcp?.analysis?.zeroWindowProbe ?? 0) >= manyProbes);
  if (stalled?.tcp == null) return [];
  const probes = stalled.tcp.analysis?.zeroWindowProbe ?? 0;
  return [
    judgement({
      cause: 'receiver-stalled',
      severity: 'warning',
      summary: `A receiver between ${clientName(stalled.source)} and ${serverName(stalled.destination)} does not keep up: its window was 0 in ${stalled.tcp.zeroWindows} segments, and ${probes} probes waited for it to open.`,
      evidence: [
        {
          kind: 'packet',
          where: placeOf(stalled),
          text: `${stalled.tcp.zeroWindows} zero windows, ${probes} window probes`,
        },
      ],
      flow: stalled,
      proof: 'last',
    }),
  ];
};

function share({ tcp, packets }: Flow): number {
  return (tcp?.retransmissions ?? 0) / Math.max(1, packets.forward + packets.reverse);
}
