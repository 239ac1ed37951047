/** Packets with the rules that the kernel itself reported for them. */
import type { RuleReference } from '../flow/model.ts';
import type { TraceEvent } from '../host/trace/events.ts';
import { type Handles, handleKey, readHandles } from '../host/trace/handles.ts';
import { nftMatches } from '../host/trace/prefilter.ts';
import { startTrace, type Tracer, traceCommands } from '../host/trace/tracer.ts';
import { RulesetCache } from '../netfilter/rulesets.ts';
import { formatIp } from '../packet/address.ts';
import { createDecoder } from '../packet/decode.ts';
import { createFrame } from '../packet/frame.ts';
import type { NamespaceState } from '../snapshot/schema.ts';
import { exitStatus, NetscopeError } from '../util/errors.ts';
import type { HostState } from './host-state.ts';
import { namespacePath } from './namespace-path.ts';

export interface TracedStep {
  /** What the kernel did there: `accept`, `drop`, `jump`, `continue`, `policy accept`, ... */
  readonly verdict: string;
  readonly rule: RuleReference | null;
  /** For a policy or the end of a chain: where that was. */
  readonly place: string;
}

export interface TracedPacket {
  /** ISO 8601 UTC, of when netscope heard of the packet. */
  readonly time: string;
  readonly namespace: string;
  readonly in: string | null;
  readonly out: string | null;
  readonly protocol: number | null;
  /** `address:port` as the packet was when it was first reported. */
  readonly source: string;
  readonly destination: string;
  readonly steps: readonly TracedStep[];
  readonly verdict: 'accept' | 'drop' | 'unknown';
}

export interface TraceOptions {
  readonly namespace: string;
  readonly filter: string;
  readonly onPacket: (packet: TracedPacket) => void;
  readonly onEnd: (why: string) => void;
}

/** A packet is done when the kernel said nothing more of it for so long (ms): events of one follow each other at once. */
const quiet = 100;
/** LINKTYPE_RAW: what the kernel reports begins with the IP header. */
const rawIp = 101;

interface Open {
  readonly time: string;
  events: TraceEvent[];
  heard: number;
}

/**
 * Checks that a trace can say something here, without changing anything.
 *
 * @returns the commands that tracing carries out on the host, and what it will not see.
 * @throws NetscopeError: usage for a filter that nft cannot say, missing where only iptables-legacy has rules.
 */
export function planTrace(
  host: HostState,
  options: Pick<TraceOptions, 'namespace' | 'filter'>,
): { readonly commands: readonly string[]; readonly warnings: readonly string[] } {
  const state = stateOf(host, options.namespace);
  const commands = traceCommands(nftMatches(options.filter));
  const cache = new RulesetCache();
  const hasRules = (backend: string): boolean =>
    state.rulesets.some(
      (dump) =>
        dump.backend === backend &&
        (cache.parse(dump).tables.some(({ chains }) => chains.some(({ rules }) => rules.length > 0)) ||
          (backend === 'nftables' && dump.text !== undefined)),
    );
  const legacy = hasRules('iptables-legacy');
  if (legacy && !hasRules('iptables-nft') && !hasRules('nftables')) {
    throw new NetscopeError({
      tried: `trace packets in ${options.namespace}`,
      why: 'its rules are those of iptables-legacy, of which the kernel reports nothing to nft',
      todo: 'use `netscope flows` and `netscope rules eval`, which evaluate them',
      status: exitStatus.missing,
    });
  }
  return {
    commands,
    warnings: legacy ? ['rules of iptables-legacy are not traced: the kernel reports those of nft only'] : [],
  };
}

export async function openTrace(host: HostState, options: TraceOptions): Promise<Tracer> {
  const state = stateOf(host, options.namespace);
  const path = namespacePath(state);
  const open = new Map<number, Open>();
  let handles = await readHandles(path);
  const rules = new TracedRules(state, options.namespace);

  /** Rules may have been changed since: their handles are read once more. */
  async function finish(packet: Open): Promise<void> {
    const isKnown = (event: TraceEvent): boolean =>
      event.kind !== 'rule' || handles.has(handleKey(event.family, event.table, event.chain, event.handle));
    if (!packet.events.every(isKnown)) handles = await readHandles(path);
    options.onPacket(
      describe(packet, state, options.namespace, (event, family) => rules.reference(event, family, handles)),
    );
  }

  function flush(before: number): void {
    for (const [id, packet] of open) {
      if (packet.heard > before) continue;
      open.delete(id);
      void finish(packet);
    }
  }

  const timer = setInterval(() => flush(Date.now() - quiet), quiet / 2);
  const tracer = await startTrace({
    namespacePath: path,
    matches: nftMatches(options.filter),
    onEvent: (event) => {
      // At the end of a chain without a verdict the kernel names a rule that is none.
      if (event.kind === 'rule' && event.handle === 0) return;
      let packet = open.get(event.id);
      if (packet !== undefined && isAnother(packet, event)) {
        void finish(packet);
        packet = undefined;
      }
      if (packet === undefined) {
        packet = { time: new Date().toISOString(), events: [], heard: 0 };
        open.set(event.id, packet);
      }
      packet.events.push(event);
      packet.heard = Date.now();
    },
    onEnd: options.onEnd,
  }).catch((error: unknown) => {
    clearInterval(timer);
    throw error;
  });
  return {
    overruns: tracer.overruns,
    stop: async () => {
      await tracer.stop();
      clearInterval(timer);
      flush(Number.POSITIVE_INFINITY);
    },
  };
}

/**
 * Numbers repeat within microseconds. The headers come with the first event of each base chain, and a packet passes
 * a base chain once: headers from one that was passed already are those of the next packet.
 */
function isAnother({ events }: Open, event: TraceEvent): boolean {
  return (
    event.headers !== null &&
    events.some(
      (earlier) =>
        earlier.headers !== null &&
        earlier.family === event.family &&
        earlier.table === event.table &&
        earlier.chain === event.chain,
    )
  );
}

function stateOf(host: HostState, namespace: string): NamespaceState {
  const wanted = host.lookup.namespaceByName(namespace);
  const state = host.snapshot.namespaces.find(({ id }) => id === wanted?.id);
  if (state !== undefined) return state;
  throw new NetscopeError({
    tried: `trace packets in "${namespace}"`,
    why: 'there is no namespace or container of that name',
    todo: `choose one of: ${host.topology.namespaces.map(({ name }) => name).join(', ')}`,
    status: exitStatus.usage,
  });
}

/** The rules as iptables-save prints them, by their place. */
class TracedRules {
  readonly #namespace: string;
  readonly #iptables = new Map<string, { readonly text: string; readonly target: string | null }>();

  constructor(state: NamespaceState, namespace: string) {
    this.#namespace = namespace;
    const cache = new RulesetCache();
    for (const dump of state.rulesets) {
      if (dump.backend !== 'iptables-nft') continue;
      for (const table of cache.parse(dump).tables) {
        for (const chain of table.chains) {
          for (const rule of chain.rules) {
            this.#iptables.set([table.family, table.name, chain.name, rule.position].join(' '), rule);
          }
        }
      }
    }
  }

  reference(event: TraceEvent, family: 'ip' | 'ip6', handles: Handles): RuleReference | null {
    if (event.kind !== 'rule') return null;
    const listed = handles.get(handleKey(event.family, event.table, event.chain, event.handle));
    const position = listed?.position ?? 0;
    const known = this.#iptables.get([event.family, event.table, event.chain, position].join(' '));
    return {
      namespace: this.#namespace,
      backend: known === undefined ? 'nftables' : 'iptables-nft',
      family,
      table: event.table,
      chain: event.chain,
      position,
      text: known?.text ?? listed?.text ?? `rule with handle ${event.handle}, which is gone`,
      target: known?.target ?? event.target ?? event.verdict,
      evidence: 'traced',
      counter: null,
    };
  }
}

function describe(
  { time, events }: Open,
  state: NamespaceState,
  namespace: string,
  reference: (event: TraceEvent, family: 'ip' | 'ip6') => RuleReference | null,
): TracedPacket {
  const nameOf = (index: number): string | null =>
    index === 0 ? null : (state.links.find((link) => link.index === index)?.name ?? `interface ${index}`);
  const headers = events.find((event) => event.headers !== null)?.headers ?? new Uint8Array();
  const frame = createFrame();
  createDecoder().decode(headers, 0, headers.length, headers.length, rawIp, frame);
  const layer = frame.layerCount > 0 ? frame.layers[0] : undefined;
  const verdicts = events.map(({ verdict }) => verdict);
  const end = (address: string, port: number): string => {
    if (layer?.hasPorts !== true) return address;
    return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
  };
  return {
    time,
    namespace,
    in: nameOf(events.find(({ inputInterface }) => inputInterface !== 0)?.inputInterface ?? 0),
    out: nameOf(events.findLast(({ outputInterface }) => outputInterface !== 0)?.outputInterface ?? 0),
    protocol: layer?.protocol ?? null,
    source: layer === undefined ? '' : end(formatIp(layer.family, layer.source), layer.sourcePort),
    destination:
      layer === undefined ? '' : end(formatIp(layer.family, layer.destination), layer.destinationPort),
    steps: events.map((event) => ({
      verdict: event.kind === 'policy' ? `policy ${event.verdict}` : event.verdict,
      rule: reference(event, layer?.family === 6 ? 'ip6' : 'ip'),
      place: `${event.family} ${event.table} ${event.chain}`,
    })),
    verdict: verdicts.includes('drop') ? 'drop' : verdicts.includes('accept') ? 'accept' : 'unknown',
  };
}
