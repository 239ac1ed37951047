/** What the state of the host says of a connection that netscope saw fail: nothing is sent. */
import { parseAddress } from '../netfilter/address.ts';
import type { NamespaceState } from '../snapshot/schema.ts';
import { blocker } from './causes/cause.ts';
import { diagnose } from './diagnose.ts';
import { type From, fromEnd, type Target } from './ends.ts';
import type { DiagnosisEnd, Finding } from './model.ts';
import { resolveTarget } from './resolve.ts';
import type { Scene } from './scene.ts';
import { isLoopback } from './service.ts';
import { findWays } from './state.ts';

export interface FailedConnection {
  readonly source: { readonly address: string; readonly container: string | null };
  /** As the client dialled it, before any translation. */
  readonly destination: {
    readonly address: string;
    readonly port: number | null;
    readonly container: string | null;
  };
  readonly protocol: 'tcp' | 'udp';
  /** Name of the namespace where its first packet was seen. */
  readonly namespace: string | null;
  /** It opened, and data was lost: only what swallows large packets explains that. */
  readonly isOpen: boolean;
  /** Nothing came back at all. */
  readonly isSilent: boolean;
}

/** The finding that explains it; null where the state has none. */
export function explainByState(scene: Scene, failed: FailedConnection): Finding | null {
  const { source, destination, protocol, isSilent, isOpen } = failed;
  const from = senderOf(scene, failed);
  if (from === null) return null;
  const target: Target = { name: destination.address, port: destination.port, protocol, speaks: null };
  const resolution = resolveTarget(scene, from, target, null);
  const ways = findWays(scene, from, target, resolution);
  const given = source.container ?? source.address;
  const toEnd: DiagnosisEnd = {
    given: destination.address,
    kind: destination.container === null ? 'address' : 'container',
    namespace: ways.service === null ? null : scene.nameOf(ways.service.namespace),
    container: destination.container,
    address: destination.address,
    port: destination.port,
    protocol,
  };
  const { findings } = diagnose({
    ...{ scene, from, fromEnd: fromEnd(given, from, scene), target, toEnd, resolution },
    ...ways,
    ...{ probe: null, seen: [], aftermath: null, asking: [], stopped: [] },
  });
  const found = findings.find(
    ({ severity, cause }) => severity !== 'info' && (!isOpen || cause === 'mtu-black-hole'),
  );
  if (found !== undefined) return found;
  const end = ways.forward.at(-1)?.end;
  if (!isSilent || end?.kind !== 'beyond' || from.kind !== 'inside') return null;
  const device = `${scene.nameOf(end.namespace)}:${end.device}`;
  return blocker({
    cause: 'upstream-no-answer',
    summary: `Packets of ${given} to ${destination.address} leave this host by ${device}, and nothing comes back: what stops them is beyond this host.`,
    evidence: [
      { kind: 'route', where: scene.nameOf(end.namespace), text: `${destination.address} by ${end.device}` },
    ],
    fix: [],
  });
}

function senderOf(scene: Scene, { source, namespace }: FailedConnection): From | null {
  const { address, container } = source;
  if (parseAddress(address) === null) return null;
  // Every namespace has these.
  if (isLoopback(address)) {
    const found = namespace === null ? undefined : scene.lookup.namespaceByName(namespace);
    const here = found === undefined ? undefined : scene.namespace(found.id);
    return here === undefined ? null : inside(scene, here);
  }
  const known = container === null ? undefined : scene.container(container);
  const own = known?.namespace === undefined ? undefined : scene.namespace(known.namespace);
  if (known !== undefined && own !== undefined) return { kind: 'inside', namespace: own, container: known };
  const [place] = scene.owners(address);
  return place === undefined ? { kind: 'external', address } : inside(scene, place.namespace);
}

function inside(scene: Scene, namespace: NamespaceState): From {
  return { kind: 'inside', namespace, container: scene.containersIn(namespace)[0] ?? null };
}
