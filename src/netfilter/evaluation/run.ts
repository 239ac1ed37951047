/** One way of one packet through a namespace: what is kept while it walks. */

import type { ConntrackEntry } from '../../snapshot/schema.ts';
import type { Words } from '../address.ts';
import { formatAddress } from '../address.ts';
import type { AddressType, Answer, Effect, Environment } from '../extension.ts';
import type { EvaluationStep, Hook } from '../model.ts';
import type { Packet, Tuple } from '../packet.ts';
import type { Decisions } from './decisions.ts';
import type { NamespaceView } from './namespace.ts';
import type { ProgramChain, ProgramRule } from './program.ts';
import { setAnswer } from './sets.ts';

/** A rule that the packet matched, with what its target did. */
export interface Hit {
  readonly rule: ProgramRule;
  readonly hook: Hook;
  /** What it came to: of a verdict map, the element's verdict. */
  readonly effect: Effect['kind'];
}

/** A translation that a nat rule, or an entry's stored one, made. */
export interface Change {
  readonly kind: 'dnat' | 'snat' | 'masquerade' | 'redirect';
  readonly from: { readonly address: Words; readonly port: number | null };
  /** `ports` where the kernel picks one of several. */
  readonly to: {
    readonly address: Words;
    readonly port: number | null;
    readonly ports: readonly [number, number] | null;
  };
  /** Null for a translation that an entry had stored. */
  readonly rule: ProgramRule | null;
}

/** What connection tracking is to say of the packet; null to find out. */
export type GivenState = 'new' | 'established' | 'related' | 'invalid' | 'untracked' | null;

export class Run implements Environment {
  readonly view: NamespaceView;
  readonly packet: Packet;
  readonly decisions: Decisions;
  /** Null when nobody asked for them. */
  readonly steps: EvaluationStep[] | null;
  readonly hits: Hit[] = [];
  readonly changes: Change[] = [];
  /** Rules that may have matched and change nothing. */
  readonly maybe: ProgramRule[] = [];
  hook: Hook = 'prerouting';
  state: GivenState = null;
  /** Another connection has the tuple that a rule demands for this one. */
  clash = false;
  /** The ended connection in whose place this one starts: its tuples are free again. */
  replaced: ConntrackEntry | null = null;
  /** The base chain whose policy dropped the packet. */
  droppedByPolicyOf: ProgramChain | null = null;
  /** Where the walk is, for {@link Decisions}. */
  place = '';
  /** Routes a local packet again; an ending where that fails. */
  routeAgain: () => { readonly kind: 'discarded'; readonly why: string } | null = () => null;
  /** What routing decided, kept besides the packet's own fields. */
  route: { readonly device: string; readonly nextHop: Words; readonly local: boolean } | null = null;

  constructor(view: NamespaceView, packet: Packet, decisions: Decisions, withSteps: boolean) {
    this.view = view;
    this.packet = packet;
    this.decisions = decisions;
    this.steps = withSteps ? [] : null;
  }

  get family() {
    return this.packet.family;
  }

  addressType(address: Words, device: string | null): AddressType {
    return this.view.addressType(address, device);
  }

  reversePath(packet: Packet, options: { loose: boolean; mark: boolean; local: boolean }): Answer {
    const type = this.addressType(packet.source, null);
    if (type === 'local') return packet.in === 'lo' || options.local;
    const route = this.view.routing(packet.family).lookup({
      source: packet.destination,
      destination: packet.source,
      mark: options.mark ? packet.mark : 0,
      in: '',
      protocol: packet.protocol,
      sourcePort: packet.destinationPort,
      destinationPort: packet.sourcePort,
      tos: packet.tos ?? 0,
    });
    if (route === null || route.type !== 'unicast') return false;
    return options.loose || route.hops.some((hop) => hop.device === packet.in);
  }

  inSet(name: string, packet: Packet, dimensions: readonly ('src' | 'dst')[]): Answer {
    return setAnswer(this.view, name, packet, dimensions);
  }

  /** Yes or no for something that nothing says. */
  decide(reason: string, key: string | undefined): boolean {
    return this.decisions.answer(reason, key, this.steps?.length ?? 0, () => this.describe());
  }

  pick(reason: string, labels: readonly string[]): number {
    this.decisions.reasons.add(reason);
    return this.choose(labels);
  }

  /** One of several possible ways. */
  choose(labels: readonly string[]): number {
    return this.decisions.choose(labels, this.steps?.length ?? 0, () => this.describe());
  }

  /** Everything that the rest of the run depends on. */
  private describe(): string {
    const { packet } = this;
    const tracking = packet.tracking;
    const tracked =
      tracking.kind === 'tracked'
        ? [
            tupleText(tracking.reply),
            tracking.mark,
            tracking.sourceNatDone,
            tracking.destinationNatDone,
          ].join(' ')
        : tracking.kind;
    return [
      this.hook,
      this.place,
      formatAddress(packet.source),
      packet.sourcePort,
      formatAddress(packet.destination),
      packet.destinationPort,
      packet.mark,
      packet.ttl,
      packet.tos,
      packet.in,
      packet.out,
      packet.bridge?.outPort,
      tracked,
      this.route?.device,
      this.replaced !== null,
    ].join('|');
  }
}

function tupleText(tuple: Tuple | null): string {
  if (tuple === null) return '-';
  return `${tuple.source.join('.')}:${tuple.sourcePort}>${tuple.destination.join('.')}:${tuple.destinationPort}`;
}
