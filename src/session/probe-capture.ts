/** Watches every hop of a way at once while one attempt is made, or while a client outside makes its own. */
import { setTimeout as delay } from 'node:timers/promises';
import type { ProbeResult, SeenPacket } from '../diagnose/evidence.ts';
import type { Place, Scene } from '../diagnose/scene.ts';
import type { CaptureTarget, LiveCapture, LiveSink } from '../host/capture/model.ts';
import { openCapture } from '../host/capture/open.ts';
import { pathInto } from '../host/namespaces/doors.ts';
import { createReader } from './seen-packet.ts';

export interface Watch {
  readonly scene: Scene;
  readonly places: readonly Place[];
  readonly filter: string;
  /** How long to watch without an attempt of our own. */
  readonly seconds: number;
  /** The client whose packets are watched. */
  readonly client: string | null;
  /** Ends the watching of a client's traffic. */
  readonly signal?: AbortSignal;
  /** Called with all packets so far when another came. */
  readonly onPacket?: (seen: readonly SeenPacket[]) => void;
}

export interface Watched {
  readonly probe: ProbeResult | null;
  readonly seen: readonly SeenPacket[];
}

/** Packets that are kept; a busy port has others than the probe's. */
const mostPackets = 2000;
const snaplen = 512;

export async function watchProbe(watch: Watch, run: (() => Promise<ProbeResult>) | null): Promise<Watched> {
  const seen: SeenPacket[] = [];
  const capture = await openOn(watch, seen);
  try {
    if (run !== null) return { probe: await run(), seen };
    if (capture === null) return { probe: null, seen };
    return { probe: await waitFor(watch, seen), seen };
  } finally {
    await capture?.stop();
  }
}

/** Null where there is nothing to watch, or this user may not: the attempt alone says enough then. */
async function openOn(
  { scene, places, filter, onPacket }: Watch,
  seen: SeenPacket[],
): Promise<LiveCapture | null> {
  const targets: CaptureTarget[] = [];
  const names: string[] = [];
  for (const { namespace, link } of new Set(places)) {
    const namespacePath = pathInto(namespace);
    const name = `${scene.nameOf(namespace)}:${link.name}`;
    if (namespacePath === undefined || names.includes(name) || !link.flags.includes('up')) continue;
    names.push(name);
    targets.push({
      namespacePath,
      namespaceName: scene.nameOf(namespace),
      interface: link.name,
      index: link.index,
    });
  }
  if (targets.length === 0) return null;
  try {
    return await openCapture(
      { targets, filter, snaplen, backend: 'libpcap' },
      sinkOf(names, seen, () => onPacket?.(seen)),
    );
  } catch {
    return null;
  }
}

function sinkOf(names: readonly string[], seen: SeenPacket[], onPacket: () => void): LiveSink {
  const read = createReader();
  const linkTypes: number[] = [];
  return {
    interface: (device) => {
      linkTypes[device.id] = device.linkType;
    },
    packet: ({ buffer, start, capturedLength, wireLength, interfaceId, seconds, nanoseconds }) => {
      if (seen.length >= mostPackets) return;
      const bytes = buffer.subarray(start, start + capturedLength);
      const linkType = linkTypes[interfaceId] ?? 1;
      seen.push(read(names[interfaceId] ?? '', { bytes, linkType, wireLength, seconds, nanoseconds }));
      onPacket();
    },
    warning: () => {},
    ended: () => {},
  };
}

/** Until an answer to the client was seen on the first hop, or the time is up. */
async function waitFor(
  { scene, places, seconds, client, signal }: Watch,
  seen: readonly SeenPacket[],
): Promise<ProbeResult | null> {
  const [first] = places;
  const started = performance.now();
  const at = first === undefined ? '' : `${scene.nameOf(first.namespace)}:${first.link.name}`;
  while (performance.now() - started < seconds * 1000) {
    const answer = seen.find(
      (one) =>
        (one.kind === 'syn-ack' || one.kind === 'data') &&
        client !== null &&
        one.destination.startsWith(`${client}:`) &&
        one.interface === at,
    );
    if (answer !== undefined) {
      return {
        outcome: 'connected',
        error: null,
        milliseconds: 0,
        greeting: new Uint8Array(),
        spoke: false,
        closed: false,
        localPort: null,
      };
    }
    await delay(50, undefined, signal === undefined ? {} : { signal });
  }
  return null;
}
