/** A diagnosis: the state of the host, one attempt that is watched on its way, and what both mean. */
import { diagnose } from '../diagnose/diagnose.ts';
import { dnsQuery, readDnsReply } from '../diagnose/dns-message.ts';
import { type From, fromEnd, parseFrom, parseTarget, type Target } from '../diagnose/ends.ts';
import type { ProbeResult, SeenPacket } from '../diagnose/evidence.ts';
import type { Diagnosis, DiagnosisEnd } from '../diagnose/model.ts';
import { openingFor } from '../diagnose/openings.ts';
import {
  type DnsAnswer,
  embeddedRules,
  embeddedServer,
  type Resolution,
  resolveTarget,
} from '../diagnose/resolve.ts';
import { Scene } from '../diagnose/scene.ts';
import { findWays, type Ways } from '../diagnose/state.ts';
import { pathInto } from '../host/namespaces/doors.ts';
import { attempt } from '../host/probe.ts';
import { messageOf } from '../util/errors.ts';
import { loadHostState } from './host-state.ts';
import { watchProbe } from './probe-capture.ts';

export interface DiagnosisOptions {
  readonly from: string;
  readonly to: string;
  readonly passive: boolean;
  /** Seconds to watch the traffic of a client outside. */
  readonly wait: number;
  readonly read?: readonly string[];
  readonly dockerHost?: string;
}

/** Milliseconds. An attempt, the query before it and the reading of the host together stay below six seconds. */
const connectTimeout = 3200;
/** Where the state already says what stops the packets: the SYN and its first retransmission, after one second. */
const blockedTimeout = 1300;
const queryTimeout = 2200;
const greetingPatience = 300;

/** @throws NetscopeError: usage for ends that are not there, unreadable, privilege. */
export async function runDiagnosis(options: DiagnosisOptions): Promise<Diagnosis> {
  const host = await loadHostState(options);
  const scene = new Scene(host.snapshot, host.lookup);
  const from = parseFrom(options.from, scene);
  const target = parseTarget(options.to);
  const isLive = options.read === undefined;
  const probes = isLive && !options.passive;
  const first = resolveTarget(scene, from, target, null);
  const answer = probes ? await ask(from, target, first) : null;
  const resolution = answer === null ? first : resolveTarget(scene, from, target, answer);
  const ways = findWays(scene, from, target, resolution);
  const watched = probes
    ? await probe({ scene, from, target, resolution, ways, wait: options.wait })
    : nothing;
  return diagnose({
    scene,
    from,
    fromEnd: fromEnd(options.from, from, scene),
    target,
    toEnd: toEnd(options.to, target, resolution, ways, scene),
    resolution,
    ...ways,
    ...watched,
  });
}

const nothing: { readonly probe: ProbeResult | null; readonly seen: readonly SeenPacket[] } = {
  probe: null,
  seen: [],
};

function toEnd(
  given: string,
  target: Target,
  resolution: Resolution,
  ways: Ways,
  scene: Scene,
): DiagnosisEnd {
  const { address, container, namespace } = resolution;
  const reached = ways.service?.namespace ?? namespace;
  const owner =
    container ?? (reached === null || reached.host ? null : (scene.containersIn(reached)[0] ?? null));
  const own = container?.namespace === undefined ? reached : (scene.namespace(container.namespace) ?? null);
  return {
    given,
    kind:
      owner !== null
        ? 'container'
        : own?.host === true
          ? 'host'
          : own !== null
            ? 'namespace'
            : resolution.how === 'literal'
              ? 'address'
              : 'name',
    namespace: own === null ? null : scene.nameOf(own),
    container: owner?.name ?? null,
    address,
    port: target.port,
    protocol: target.protocol,
  };
}

/** Asks the resolver of FROM's namespace, where a process there would. */
async function ask(from: From, target: Target, resolution: Resolution): Promise<DnsAnswer | null> {
  if (from.kind !== 'inside' || !['engine', 'dns', 'none'].includes(resolution.how)) return null;
  const [server] = resolution.servers;
  const namespacePath = pathInto(from.namespace);
  if (server === undefined || namespacePath === undefined) return null;
  if (server === embeddedServer && !embeddedRules(from.namespace)) return null;
  const id = 1 + Math.floor(Math.random() * 65_534);
  const payload = dnsQuery(target.name, id);
  const base = { server, name: target.name, addresses: [] };
  try {
    const request = {
      namespacePath,
      address: server,
      port: 53,
      protocol: 'udp',
      payload,
      timeout: queryTimeout,
    } as const;
    const { outcome, received, milliseconds, error } = await attempt(request);
    const reply = outcome === 'answered' ? readDnsReply(received, id) : null;
    if (reply === null) {
      const silent = outcome === 'no-answer';
      const text = silent
        ? `no answer in ${(queryTimeout / 1000).toFixed(1)} s`
        : (error ?? 'an answer that is none');
      return { ...base, milliseconds, text, result: silent ? 'no-answer' : 'unreachable' };
    }
    return { ...base, milliseconds, addresses: reply.addresses, ...meaningOf(reply.code, reply.addresses) };
  } catch (error) {
    return { ...base, milliseconds: 0, text: messageOf(error), result: 'failed' };
  }
}

function meaningOf(code: number, addresses: readonly string[]): Pick<DnsAnswer, 'result' | 'text'> {
  if (code === 3) return { result: 'no-name', text: 'NXDOMAIN' };
  if (code === 5) return { result: 'refused', text: 'REFUSED' };
  if (code !== 0) return { result: 'failed', text: code === 2 ? 'SERVFAIL' : `RCODE ${code}` };
  if (addresses.length === 0) return { result: 'no-name', text: 'no address (NOERROR)' };
  return { result: 'addresses', text: addresses.join(', ') };
}

interface Probing {
  readonly scene: Scene;
  readonly from: From;
  readonly target: Target;
  readonly resolution: Resolution;
  readonly ways: Ways;
  readonly wait: number;
}

async function probe(probing: Probing): Promise<typeof nothing> {
  const { scene, from, target, resolution, ways, wait } = probing;
  const { address } = resolution;
  const port = resolution.port ?? target.port;
  if (address === null || port === null || from.kind === 'stopped') return nothing;
  const places = ways.forward.flatMap((way) => way.places);
  if (from.kind === 'external') {
    return watchProbe(
      { scene, places, filter: `host ${from.address}`, seconds: wait, client: from.address },
      null,
    );
  }
  const namespacePath = pathInto(from.namespace);
  if (namespacePath === undefined) return nothing;
  const isBlocked = ways.troubles.some((trouble) => trouble.kind !== 'rule' || trouble.certain);
  const patience = target.protocol === 'tcp' ? connectTimeout : queryTimeout;
  const timeout = isBlocked ? blockedTimeout : patience;
  const filter = `${target.protocol} port ${port}${proxied(ways, port)} or icmp or icmp6 or arp`;
  return watchProbe({ scene, places, filter, seconds: 0, client: null }, () =>
    tryIt(
      namespacePath,
      { address, port, protocol: target.protocol },
      openingFor(ways.service, port),
      timeout,
    ),
  );
}

/** Behind a translation or a proxy the port is another one. */
function proxied({ forward }: Ways, port: number): string {
  const ports = new Set(forward.flatMap(({ visits }) => visits.map(({ after }) => after.destinationPort)));
  return [...ports]
    .filter((one) => one > 0 && one !== port)
    .map((one) => ` or port ${one}`)
    .join('');
}

async function tryIt(
  namespacePath: string,
  to: { readonly address: string; readonly port: number; readonly protocol: 'tcp' | 'udp' },
  opening: Uint8Array | null,
  timeout: number,
): Promise<ProbeResult> {
  const isDns = to.protocol === 'udp' && to.port === 53;
  const result = await attempt({
    ...to,
    namespacePath,
    timeout,
    patience: greetingPatience,
    ...(isDns ? { payload: dnsQuery('localhost', 1) } : {}),
    ...(opening === null ? {} : { speak: opening }),
  });
  const { outcome, error, milliseconds, received, closed, spoke } = result;
  return { outcome, error, milliseconds, greeting: received, closed, spoke };
}
