/** A TCP connection said packet by packet, with the numbers that its segments have. */
import type { Harness, SendOptions } from '../../flow/harness.ts';
import { ACK, ethernet, FIN, ip, SYN, tcp } from '../../flow/packets.ts';

export const client = '10.0.0.1';
export const server = '10.0.0.2';

/** `>`: of the client. */
export type Side = '>' | '<';

export interface Saying extends SendOptions {
  readonly payload?: Uint8Array;
  readonly window?: number;
  /** Sent before: the numbers are those of the last segment of this side. */
  readonly again?: boolean;
  /** The other side does not take the octets: what follows has the same numbers. */
  readonly refused?: boolean;
}

interface Ends {
  readonly port?: number;
  readonly from?: string;
  readonly sourcePort?: number;
}

export type Say = (who: Side, flags: number, saying?: Saying) => void;

export function connection(harness: Harness, ends: Ends = {}): Say {
  const { port = 80, from = client, sourcePort = 40_000 } = ends;
  const next = { '>': sourcePort * 1000 + Number(from.split('.').at(-1)), '<': 5000 };
  const last = { ...next };
  return (
    who,
    flags,
    { payload = new Uint8Array(0), window = 64_240, again = false, refused = false, ...options } = {},
  ) => {
    const isClient = who === '>';
    const [source, destination] = isClient ? [from, server] : [server, from];
    const [here, there] = isClient ? [sourcePort, port] : [port, sourcePort];
    const seq = again ? last[who] : next[who];
    const ack = next[isClient ? '<' : '>'];
    harness.send(
      ethernet(ip(source, destination, 6, tcp(here, there, { flags, seq, ack, window, payload }))),
      options,
    );
    if (again || refused) return;
    last[who] = next[who];
    next[who] += payload.length + ((flags & (SYN | FIN)) === 0 ? 0 : 1);
  };
}

/** The handshake, within a millisecond. */
export function open(say: Say, at = 0): void {
  say('>', SYN, { at });
  say('<', SYN | ACK, { at: at + 0.0005 });
  say('>', ACK, { at: at + 0.001 });
}
