/** What both sides of a client's connection said first, of the packets that were seen on the way. */
import type { Evidence, SeenPacket } from './evidence.ts';

export interface Spoken {
  /** `NS:IFACE` where it was seen. */
  readonly place: string;
  readonly client: string;
  readonly fromClient: Uint8Array;
  /** Empty where the server ended the connection without a word. */
  readonly fromServer: Uint8Array;
  /** The server ended it with RST. */
  readonly isReset: boolean;
}

const nothing = new Uint8Array();

/** Of connections of other clients of the port; the attempt's own is known already. */
export function spokenOn({ seen, probe, forward }: Evidence): readonly Spoken[] {
  const port = forward.at(-1)?.end.packet.destinationPort;
  const own = probe?.localPort == null ? null : `:${probe.localPort}`;
  const sides = new Map<string, { client: SeenPacket; server: SeenPacket | null; isReset: boolean }>();
  for (const packet of seen) {
    const { source, destination, interface: place, payload } = packet;
    if (own !== null && (source.endsWith(own) || destination.endsWith(own))) continue;
    const toServer = `${place} ${source} ${destination}`;
    const toClient = `${place} ${destination} ${source}`;
    if (payload !== undefined && destination.endsWith(`:${port}`) && !sides.has(toServer)) {
      sides.set(toServer, { client: packet, server: null, isReset: false });
      continue;
    }
    const known = sides.get(toClient);
    if (known === undefined || known.server !== null) continue;
    if (payload !== undefined) known.server = packet;
    else if (packet.kind === 'rst') known.isReset = true;
  }
  return [...sides.values()].map(({ client, server, isReset }) => ({
    place: client.interface,
    client: client.source,
    fromClient: client.payload ?? nothing,
    fromServer: server?.payload ?? nothing,
    isReset,
  }));
}
