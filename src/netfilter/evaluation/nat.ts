/** Network address translation of one packet (nf_nat_core.c). */
import { compareWords, equalWords, formatAddress, type Words } from '../address.ts';
import type { NatEffect } from '../extension.ts';
import { isIcmpError, replyTuple, type TrackedConnection, type Tuple, tupleOfPacket } from '../packet.ts';
import { protocol } from '../protocols.ts';
import { tupleKey } from './conntrack.ts';
import { addressOfRange } from './nat-address.ts';
import type { BaseChain, ProgramRule } from './program.ts';
import type { Change, Run } from './run.ts';
import { type ChainResult, walkChain } from './walk.ts';

type Manip = 'source' | 'destination';

/** PREROUTING and OUTPUT change destinations, INPUT and POSTROUTING sources. */
function manipOf(run: Run): Manip {
  return run.hook === 'prerouting' || run.hook === 'output' ? 'destination' : 'source';
}

const isIcmp = (number: number) => number === protocol.icmp || number === protocol.icmp6;

/** The port that nat may show for this protocol; null where there is none. */
function shownPort(run: Run, port: number): number | null {
  return port === -1 || isIcmp(run.packet.protocol) ? null : port;
}

interface Mapped {
  readonly address: Words;
  readonly port: number;
  /** Where the kernel picks one of several. */
  readonly ports: readonly [number, number] | null;
}

function mapPort(
  effect: NatEffect,
  port: number,
  manip: Manip,
  number: number,
): Pick<Mapped, 'port' | 'ports'> {
  if (port === -1 || isIcmp(number)) return { port, ports: null };
  const whole: readonly [number, number] = [1024, 65535];
  if (effect.ports === null) return { port, ports: effect.random && manip === 'source' ? whole : null };
  const [from, to] = effect.ports;
  if (from === to) return { port: from, ports: null };
  const size = to - from + 1;
  if (effect.base !== null)
    return { port: from + (((((port - effect.base) % 0x10000) + 0x10000) % 0x10000) % size), ports: null };
  if (effect.random) return { port, ports: effect.ports };
  if (port >= from && port <= to) return { port, ports: null };
  return manip === 'destination' ? { port: from, ports: null } : { port: from, ports: effect.ports };
}

/** The address that the target maps to; null when the device has none, which drops the packet. */
function mapAddress(run: Run, effect: NatEffect, current: Words): Words | null {
  const { packet } = run;
  if (effect.map !== null) {
    const { words, mask } = effect.map;
    return current.map((word, index) => ((word & ~(mask[index] ?? 0)) | (words[index] ?? 0)) >>> 0);
  }
  if (effect.type === 'masquerade') {
    return run.view.masqueradeAddress(
      packet.out,
      run.route?.nextHop ?? packet.destination,
      packet.destination,
    );
  }
  if (effect.type === 'redirect') {
    if (run.hook === 'output') return packet.family === 'ip' ? [0x7f000001] : [0, 0, 0, 1];
    return (
      run.view
        .addresses(packet.in, packet.family)
        .find((address) => packet.family === 'ip' || address.scope === 'global')?.words ?? null
    );
  }
  if (effect.addresses === null) return current;
  const [from, to] = effect.addresses;
  if (equalWords(from, to)) return from;
  const manip = manipOf(run);
  if (manip === 'source' && !effect.random) {
    const kept = keptSource(run, from, to, effect.ports);
    if (kept !== null) return kept;
  }
  const { source, destination } = packet;
  return addressOfRange({ from, to, source, destination, manip, persistent: effect.persistent ?? false });
}

/** A source that is in the range stays as it is, and one that was mapped before is mapped the same again. */
function keptSource(run: Run, from: Words, to: Words, ports: NatEffect['ports']): Words | null {
  const { packet, view } = run;
  const fits = (address: Words, port: number) =>
    compareWords(from, address) <= 0 &&
    compareWords(address, to) <= 0 &&
    (ports === null || port === -1 || (port >= ports[0] && port <= ports[1])) &&
    !isTaken(run, address, port);
  if (fits(packet.source, packet.sourcePort)) return packet.source;
  for (const mapped of view.conntrack.mappingsOf(tupleOfPacket(packet), packet.protocol, run.replaced)) {
    if (fits(mapped.source, mapped.sourcePort)) return mapped.source;
  }
  return null;
}

/** Carries a nat target out: changes the packet and the connection's reply tuple. */
function setUp(run: Run, connection: TrackedConnection, rule: ProgramRule, effect: NatEffect): ChainResult {
  const { packet } = run;
  const manip = manipOf(run);
  const current = manip === 'source' ? packet.source : packet.destination;
  const currentPort = manip === 'source' ? packet.sourcePort : packet.destinationPort;
  const address = mapAddress(run, effect, current);
  if (address === null)
    return { kind: 'drop', why: `${packet.out || packet.in} has no address to translate to` };
  let { port, ports } = mapPort(effect, currentPort, manip, packet.protocol);
  if (ports === null && effect.ports === null && manip === 'source' && isTaken(run, address, currentPort)) {
    ports = sourcePorts(currentPort);
  }
  // A port that the rule fixes is kept although it is taken: then the entry cannot be made.
  if (manip === 'source' && effect.ports !== null && ports === null && isTaken(run, address, port))
    run.clash = true;
  if (!equalWords(address, current) || port !== currentPort || ports !== null) {
    run.changes.push({
      kind: effect.type,
      from: { address: current, port: shownPort(run, currentPort) },
      to: { address, port: shownPort(run, port), ports },
      rule,
    });
    if (manip === 'source') connection.sourceNat = true;
    else connection.destinationNat = true;
  }
  move(run, manip, address, port);
  connection.reply = replyTuple(tupleOfPacket(packet), packet.protocol);
  return { kind: 'accept' };
}

/** Whether another connection has the tuple that this one would get (nf_nat_used_tuple). */
function isTaken(run: Run, source: Words, port: number): boolean {
  const { packet, view } = run;
  if (view.conntrack.size === 0 || isIcmp(packet.protocol)) return false;
  // What replies would look like, in either direction of some other entry.
  const key = tupleKey(
    packet.protocol,
    formatAddress(packet.destination),
    formatAddress(source),
    packet.destinationPort,
    port,
  );
  const found = view.conntrack.find(key);
  return found !== null && found.entry !== run.replaced;
}

/** The ports that a taken one is moved among (nf_nat_l4proto_unique_tuple). */
function sourcePorts(port: number): readonly [number, number] {
  if (port < 512) return [1, 511];
  return port < 1024 ? [600, 1023] : [1024, 65535];
}

/** Another source port for a connection whose own is taken, though no rule translates it. */
function moveTaken(run: Run, connection: TrackedConnection): void {
  const { source: address, sourcePort: port } = run.packet;
  run.changes.push({
    kind: 'snat',
    from: { address, port },
    to: { address, port, ports: sourcePorts(port) },
    rule: null,
  });
  connection.sourceNat = true;
}

function move(run: Run, manip: Manip, address: Words, port: number): void {
  const { packet } = run;
  if (manip === 'source') {
    packet.source = address;
    packet.sourcePort = port;
  } else {
    packet.destination = address;
    packet.destinationPort = port;
  }
}

/** What the connection's tuples say that this packet's end becomes here; null where nothing changes. */
function storedTarget(
  connection: TrackedConnection,
  manip: Manip,
  number: number,
): { address: Words; port: number } | null {
  const { original, reply, direction } = connection;
  if (original === null || reply === null) return null;
  // A reply's destination is turned back where the original's source was changed, and the other way round.
  const changed =
    (manip === 'source') === (direction === 'original') ? connection.sourceNat : connection.destinationNat;
  if (!changed) return null;
  const target: Tuple = replyTuple(direction === 'original' ? reply : original, number);
  return manip === 'source'
    ? { address: target.source, port: target.sourcePort }
    : { address: target.destination, port: target.destinationPort };
}

/** Turns what an ICMP error quotes back to what its sender sent (nf_nat_icmp_reply_translation). */
function quotedStored(run: Run, connection: TrackedConnection, manip: Manip): void {
  const { quoted } = run.packet;
  const { original, reply, direction, protocol: number } = connection;
  if (quoted === null || original === null || reply === null || number === null) return;
  if (storedTarget(connection, manip, number) === null) return;
  // The quoted packet goes the other way than the error.
  const sent = direction === 'original' ? reply : original;
  const ports = quoted.sourcePort !== -1;
  if (manip === 'source') {
    quoted.destination = sent.destination;
    if (ports) quoted.destinationPort = sent.destinationPort;
  } else {
    quoted.source = sent.source;
    if (ports) quoted.sourcePort = sent.sourcePort;
  }
}

/** Applies the translation that the connection has already. */
function applyStored(run: Run, connection: TrackedConnection): void {
  const manip = manipOf(run);
  if (isIcmpError(run.packet)) quotedStored(run, connection, manip);
  const target = storedTarget(connection, manip, run.packet.protocol);
  if (target === null) return;
  const { packet } = run;
  const current = manip === 'source' ? packet.source : packet.destination;
  const port = manip === 'source' ? packet.sourcePort : packet.destinationPort;
  if (equalWords(current, target.address) && (port === target.port || isIcmp(packet.protocol))) return;
  const next = isIcmp(packet.protocol) ? port : target.port;
  const change: Change = {
    kind: manip === 'source' ? 'snat' : 'dnat',
    from: { address: current, port: shownPort(run, port) },
    to: { address: target.address, port: shownPort(run, next), ports: null },
    rule: null,
  };
  run.changes.push(change);
  move(run, manip, target.address, next);
}

function masquerades(chains: readonly BaseChain[]): boolean {
  return chains.some((base) =>
    [...base.chain.table.chains.values()].some((chain) =>
      chain.rules.some((rule) => rule.rule.target?.toUpperCase() === 'MASQUERADE'),
    ),
  );
}

/**
 * A connection that MASQUERADE set up for one device is dropped when it leaves by another (nf_nat_oif_changed).
 * The entry does not say which rule set it up, so both are possible.
 */
function masqueradedElsewhere(
  run: Run,
  connection: TrackedConnection,
  chains: readonly BaseChain[],
): ChainResult | null {
  const { packet, view } = run;
  if (run.hook !== 'postrouting' || connection.direction === 'reply' || connection.reply === null)
    return null;
  const shown = connection.reply.destination;
  if (view.addresses(packet.out, packet.family).some((address) => equalWords(address.words, shown)))
    return null;
  if (view.addressType(shown, null) !== 'local' || !masquerades(chains)) return null;
  const why = `whether MASQUERADE set it up for a device other than ${packet.out}`;
  run.decisions.reasons.add(why);
  if (run.choose([`${why}: no`, `${why}: yes`]) === 0) return null;
  return { kind: 'discarded', why: `its connection was masqueraded for another device than ${packet.out}` };
}

function isRedirect({ packet }: Run): boolean {
  return packet.family === 'ip' && packet.protocol === protocol.icmp && packet.icmpType === 5;
}

/** The nat stage of a hook: its chains for the first packet, the stored translation for all others. */
export function natStage(run: Run, chains: readonly BaseChain[]): ChainResult {
  const connection = run.packet.tracking;
  if (connection.kind !== 'tracked') return { kind: 'accept' };
  const manip = manipOf(run);
  const done = manip === 'source' ? connection.sourceNatDone : connection.destinationNatDone;
  if (done) {
    // Redirects would make hosts talk past the translation.
    if (isRedirect(run) && (connection.sourceNat || connection.destinationNat))
      return { kind: 'discarded', why: 'an ICMP redirect about a translated connection' };
    const dropped = isIcmpError(run.packet) ? null : masqueradedElsewhere(run, connection, chains);
    if (dropped !== null) return dropped;
    applyStored(run, connection);
    return { kind: 'accept' };
  }
  let bound = false;
  for (const chain of chains) {
    const result = walkChain(run, chain);
    if (result.kind === 'nat') {
      const set = setUp(run, connection, result.rule, result.effect);
      if (set.kind !== 'accept') return set;
      bound = true;
      break;
    }
    if (result.kind !== 'accept') return result;
  }
  // A null binding where no rule set one up; it still moves a source port that is taken.
  if (!bound && manip === 'source' && isTaken(run, run.packet.source, run.packet.sourcePort))
    moveTaken(run, connection);
  if (manip === 'source') connection.sourceNatDone = true;
  else connection.destinationNatDone = true;
  return { kind: 'accept' };
}
