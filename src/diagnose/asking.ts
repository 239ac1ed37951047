/** Asking a nameserver that did not answer, judged as a way of its own: what stops the query is the root of what it causes. */
import { parseAddress } from '../netfilter/address.ts';
import type { Aftermath } from './aftermath.ts';
import { type From, fromEnd } from './ends.ts';
import type { Evidence } from './evidence.ts';
import type { Finding } from './model.ts';
import { embeddedServer, embeddedUpstream, type Resolution, resolveTarget } from './resolve.ts';
import type { Scene } from './scene.ts';
import { findWays } from './state.ts';

/** Every query that resolving takes, where one was made and got no usable answer. */
export function askings(
  scene: Scene,
  from: From,
  { answer, servers }: Resolution,
  aftermath: Aftermath | null,
): readonly Evidence[] {
  if (answer === null || answer.result === 'addresses' || answer.result === 'no-name') return [];
  if (from.kind !== 'inside') return [];
  const upstream = servers[0] === embeddedServer ? embeddedUpstream(scene, from.namespace) : [];
  const asked = [{ from, server: answer.server }, ...upstream];
  return asked
    .filter(({ server }) => parseAddress(server) !== null)
    .map((one) => asking(scene, one.from, one.server, aftermath));
}

function asking(
  scene: Scene,
  from: From & { kind: 'inside' },
  server: string,
  aftermath: Aftermath | null,
): Evidence {
  const target = { name: server, port: 53, protocol: 'udp', speaks: null } as const;
  const resolution = resolveTarget(scene, from, target, null);
  const given = scene.nameOf(from.namespace);
  return {
    scene,
    from,
    fromEnd: fromEnd(given, from, scene),
    target,
    toEnd: {
      given: `${server}:53/udp`,
      kind: 'address',
      namespace: null,
      container: null,
      address: server,
      port: 53,
      protocol: 'udp',
    },
    resolution,
    ...findWays(scene, from, target, resolution),
    probe: null,
    seen: [],
    aftermath,
    asking: [],
    stopped: [],
  };
}

/** That nothing serves there is what the failed query says itself. */
const aboutSockets: ReadonlySet<string> = new Set([
  'not-listening',
  'wrong-port',
  'listening-on-loopback',
  'dialled-localhost',
]);

export function isRootOfAsking({ cause, severity }: Finding): boolean {
  return severity === 'blocker' && !aboutSockets.has(cause);
}
