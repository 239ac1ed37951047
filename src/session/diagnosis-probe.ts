/** What a diagnosis sends: a query to the resolver of FROM, and one attempt from FROM to TO, watched on its way. */
import { isIP } from 'node:net';
import { type Aftermath, aftermathOf } from '../diagnose/aftermath.ts';
import { dnsQuery, readDnsReply } from '../diagnose/dns-message.ts';
import type { From, Target } from '../diagnose/ends.ts';
import type { ProbeResult, StoppedProcess } from '../diagnose/evidence.ts';
import { openingFor } from '../diagnose/openings.ts';
import { type DnsAnswer, embeddedRules, embeddedServer, type Resolution } from '../diagnose/resolve.ts';
import type { Scene } from '../diagnose/scene.ts';
import type { Ways } from '../diagnose/state.ts';
import { pathInto } from '../host/namespaces/doors.ts';
import { type Attempt, attempt } from '../host/probe.ts';
import { isStopped } from '../host/process-state.ts';
import { takeSnapshot } from '../host/snapshot.ts';
import { messageOf } from '../util/errors.ts';
import { type Watch, type Watched, watchProbe } from './probe-capture.ts';

/** Milliseconds. An attempt, the query before it and the reading of the host together stay below six seconds. */
const connectTimeout = 3200;
/** Where the state already says what stops the packets: the SYN and its first retransmission, after one second. */
const blockedTimeout = 1300;
const queryTimeout = 2200;
const greetingPatience = 300;
/** For what was asked for. */
const answerPatience = 1000;

export type Watching = Pick<Watch, 'signal' | 'onPacket'>;

/** Asks the resolver of FROM's namespace, where a process there would. */
export async function askResolver(
  from: From,
  target: Target,
  resolution: Resolution,
  signal: AbortSignal | undefined,
): Promise<DnsAnswer | null> {
  if (from.kind !== 'inside' || !['engine', 'dns', 'none'].includes(resolution.how)) return null;
  const [server] = resolution.servers;
  const namespacePath = pathInto(from.namespace);
  if (server === undefined || namespacePath === undefined) return null;
  if (server === embeddedServer && !embeddedRules(from.namespace)) return null;
  const asked = { server, name: target.name, namespacePath, signal };
  const answer = await askFor(asked, 'ip');
  // A name that has only addresses of IPv6.
  return answer.result === 'no-name' && answer.code === NOERROR ? askFor(asked, 'ip6') : answer;
}

const NOERROR = 0;

interface Question {
  readonly server: string;
  readonly name: string;
  readonly namespacePath: string;
  readonly signal: AbortSignal | undefined;
}

async function askFor(
  { server, name, namespacePath, signal }: Question,
  family: 'ip' | 'ip6',
): Promise<DnsAnswer & { readonly code: number | null }> {
  const id = 1 + Math.floor(Math.random() * 65_534);
  const base = { server, name, addresses: [], code: null };
  try {
    const request: Attempt = {
      namespacePath,
      address: server,
      port: 53,
      protocol: 'udp',
      payload: dnsQuery(name, id, family),
      timeout: queryTimeout,
      ...(signal === undefined ? {} : { signal }),
    };
    const { outcome, received, milliseconds, error } = await attempt(request);
    const reply = outcome === 'answered' ? readDnsReply(received, id) : null;
    if (reply === null) {
      const silent = outcome === 'no-answer';
      const text = silent
        ? `no answer in ${(queryTimeout / 1000).toFixed(1)} s`
        : (error ?? 'an answer that is none');
      return { ...base, milliseconds, text, result: silent ? 'no-answer' : 'unreachable' };
    }
    const { code, addresses } = reply;
    return { ...base, milliseconds, code, addresses, ...meaningOf(code, addresses) };
  } catch (error) {
    signal?.throwIfAborted();
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
  readonly watching: Watching;
}

const nothing: Watched = { probe: null, seen: [] };

/** @throws AbortError. */
export async function probe(probing: Probing): Promise<Watched> {
  const { scene, from, target, resolution, ways, wait, watching } = probing;
  const { address } = resolution;
  const port = resolution.port ?? target.port;
  if (address === null || port === null || from.kind === 'stopped') return nothing;
  const places = ways.forward.flatMap((way) => way.places);
  if (from.kind === 'external') {
    return watchProbe(
      { ...watching, scene, places, filter: `host ${from.address}`, seconds: wait, client: from.address },
      null,
    );
  }
  const namespacePath = pathInto(from.namespace);
  if (namespacePath === undefined) return nothing;
  const isBlocked =
    resolution.trouble !== null ||
    ways.troubles.some((trouble) => trouble.kind !== 'rule' || trouble.certain);
  const patience = target.protocol === 'tcp' ? connectTimeout : queryTimeout;
  const timeout = isBlocked ? blockedTimeout : patience;
  const filter = `${target.protocol} port ${port}${proxied(ways, port)} or icmp or icmp6 or arp`;
  const opening = openingFor(ways.service, port);
  const isDns = target.protocol === 'udp' && port === 53;
  const request: Attempt = {
    address,
    port,
    protocol: target.protocol,
    namespacePath,
    timeout,
    patience: greetingPatience,
    ...(isDns ? { payload: dnsQuery('localhost', 1) } : {}),
    ...(target.speaks === null
      ? opening !== null && { speak: opening }
      : { payload: await firstWords(target), patience: answerPatience }),
    ...(watching.signal === undefined ? {} : { signal: watching.signal }),
  };
  return watchProbe({ ...watching, scene, places, filter, seconds: 0, client: null }, () => tryIt(request));
}

/** Behind a translation or a proxy the port is another one. */
function proxied({ forward }: Ways, port: number): string {
  const ports = new Set(forward.flatMap(({ visits }) => visits.map(({ after }) => after.destinationPort)));
  return [...ports]
    .filter((one) => one > 0 && one !== port)
    .map((one) => ` or port ${one}`)
    .join('');
}

async function tryIt(request: Attempt): Promise<ProbeResult> {
  const { received, ...result } = await attempt(request);
  return { ...result, greeting: received };
}

/** What the attempt left behind in the namespaces of the way; null where that cannot be read. */
export async function lookAgain(
  scene: Scene,
  from: From,
  { forward, reply }: Ways,
): Promise<Aftermath | null> {
  const ways = [...forward, ...(reply === null ? [] : [reply])];
  const only = new Set([
    ...(from.kind === 'inside' ? [from.namespace.id] : []),
    ...ways.flatMap(({ visits, places }) => [...visits, ...places].map(({ namespace }) => namespace.id)),
  ]);
  const without = new Set(['engines', 'conntrack', 'policy rules', 'owners', 'idle sysctls'] as const);
  try {
    const { namespaces } = await takeSnapshot({ only, without });
    return aftermathOf(scene, namespaces);
  } catch {
    return null;
  }
}

/** Those that the service's socket belongs to and that a signal stopped. */
export function stoppedProcesses({ service }: Ways): readonly StoppedProcess[] {
  return (service?.listener?.processes ?? []).filter(({ pid }) => isStopped(pid));
}

/** What a client of that protocol begins with: a ClientHello, as this Node writes it, or a request for nothing but headers. */
async function firstWords({ speaks, name }: Target): Promise<Uint8Array> {
  if (speaks === 'http') return Buffer.from(`HEAD / HTTP/1.0\r\nHost: ${name}\r\n\r\n`);
  const [{ connect }, { Duplex }] = await Promise.all([import('node:tls'), import('node:stream')]);
  return new Promise((resolve, reject) => {
    const wire = new Duplex({
      read() {},
      write(chunk: Uint8Array, _encoding, done) {
        resolve(chunk);
        done();
        // TLS writes before `connect` returns.
        setImmediate(() => wire.destroy());
      },
    });
    const client = connect({ socket: wire, ...(isIP(name) === 0 ? { servername: name } : {}) });
    client.on('error', reject);
  });
}
