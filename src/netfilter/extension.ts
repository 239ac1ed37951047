/**
 * What a match or target is to the rest: how its options are read, printed as `iptables-save` prints them,
 * and what it does to a packet. Each lives in a file of its own (`matches/`, `targets/`).
 */
import { routeTypes } from '../snapshot/route-types.ts';
import type { Family, Words } from './address.ts';
import type { Hook } from './model.ts';
import type { Packet } from './packet.ts';

/** A reason why a match cannot answer. Equal `key`s answer alike for one packet, `inverted` ones the opposite. */
export interface Unknown {
  readonly unknown: string;
  readonly key?: string;
  readonly inverted?: boolean;
}

export type Answer = boolean | Unknown;

/** The address types of xt_addrtype, in the order of its bits, in which iptables prints them. */
export const addressTypes = [...routeTypes, 'xresolve'] as const;
export type AddressType = (typeof addressTypes)[number];

/** What matches and targets may ask of the namespace that the packet is in. */
export interface Environment {
  readonly family: Family;
  readonly hook: Hook;
  /** Type of an address in the FIB; with `device`, only entries of that device count. */
  addressType(address: Words, device: string | null): AddressType;
  /** Whether the route back to the packet's source leaves by the device it came in by. */
  reversePath(
    packet: Packet,
    options: { readonly loose: boolean; readonly mark: boolean; readonly local: boolean },
  ): Answer;
  /** Whether the packet is in the set: one letter per dimension, `s` for source and `d` for destination. */
  inSet(name: string, packet: Packet, dimensions: readonly ('src' | 'dst')[]): Answer;
  /** One of several ways that the rules leave open, as its index; each is followed. */
  pick(reason: string, labels: readonly string[]): number;
}

/** What a rule's target does with a packet that matched. */
export type Effect =
  | { readonly kind: 'continue' }
  | { readonly kind: 'accept' }
  | { readonly kind: 'drop' }
  | { readonly kind: 'return' }
  | { readonly kind: 'reject'; readonly answer: string }
  | { readonly kind: 'jump'; readonly chain: string }
  | { readonly kind: 'goto'; readonly chain: string }
  | NatEffect
  /** Leaves netfilter's hands: a program in user space decides. */
  | { readonly kind: 'queue'; readonly to: string }
  | { readonly kind: 'unknown'; readonly why: string };

export interface NatEffect {
  readonly kind: 'nat';
  readonly type: 'dnat' | 'snat' | 'masquerade' | 'redirect';
  /** Address range; null keeps the address, or leaves it to the device (masquerade, redirect). */
  readonly addresses: readonly [Words, Words] | null;
  readonly ports: readonly [number, number] | null;
  /** First port of the original range that `ports` shifts (`--to-destination a:p-q/base`). */
  readonly base: number | null;
  /** `--random`, `--random-fully`: the port cannot be worked out. */
  readonly random: boolean;
  /** `--persistent`: of a range, a client gets the same address whatever it talks to. */
  readonly persistent?: boolean;
  /** NETMAP: replace these bits of the address. */
  readonly map: { readonly words: Words; readonly mask: Words } | null;
}

export const proceed: Effect = { kind: 'continue' };

/** How one option of an extension is written. */
export interface OptionDefinition {
  readonly name: string;
  /** Other spellings; the first is the canonical one. */
  readonly aliases?: readonly string[];
  /** Arguments after it; `optional` takes one if the next word is no option. */
  readonly values: 0 | 1 | 2 | 'optional';
  readonly negatable?: boolean;
  readonly repeatable?: boolean;
}

export interface OptionUse {
  readonly name: string;
  readonly invert: boolean;
  readonly values: readonly string[];
}

export interface ParseContext {
  readonly family: Family;
  readonly table: string;
  readonly chain: string;
  /** The rule's `-p`; 0 without one. */
  readonly protocol: number;
  readonly protocolInverted: boolean;
}

/** A line or option that iptables would refuse. */
export class SyntaxFault extends Error {
  override readonly name = 'SyntaxFault';
}

/** Text that is not as iptables would take it: throws {@link SyntaxFault}. */
export function refuse(why: string): never {
  throw new SyntaxFault(why);
}

/** One match of a rule. */
export interface Match {
  readonly name: string;
  /** Its options as `iptables-save` prints them after `-m NAME`; empty for none. */
  readonly text: string;
  evaluate(packet: Packet, environment: Environment): Answer;
  /** Why it said no: `dpt 3307, packet has 3306`. */
  explain(packet: Packet, environment: Environment): string;
  /** The only destination port that it lets pass, so that chains can be indexed by it. */
  readonly destinationPort: number | null;
}

/** The target of a rule. */
export interface Target {
  readonly name: string;
  readonly text: string;
  /** True when it changes nothing that an evaluation follows (LOG): whether it was reached decides nothing. */
  readonly inert: boolean;
  evaluate(packet: Packet, environment: Environment): Effect;
}

export interface MatchDefinition<Data> {
  readonly name: string;
  readonly families?: readonly Family[];
  readonly options: readonly OptionDefinition[];
  /** @throws SyntaxFault */
  parse(options: readonly OptionUse[], context: ParseContext): Data;
  print(data: Data, family: Family): string;
  evaluate(data: Data, packet: Packet, environment: Environment): Answer;
  explain(data: Data, packet: Packet, environment: Environment): string;
  destinationPort?(data: Data): number | null;
}

export interface TargetDefinition<Data> {
  readonly name: string;
  readonly families?: readonly Family[];
  readonly options: readonly OptionDefinition[];
  /** @throws SyntaxFault */
  parse(options: readonly OptionUse[], context: ParseContext): Data;
  print(data: Data, family: Family): string;
  readonly inert?: boolean;
  evaluate(data: Data, packet: Packet, environment: Environment): Effect;
}

/** An extension as the parser sees it, its data's type hidden. */
export interface Extension<Instance> {
  readonly name: string;
  readonly families: readonly Family[];
  readonly options: readonly OptionDefinition[];
  /** @throws SyntaxFault */
  build(options: readonly OptionUse[], context: ParseContext): Instance;
}

const bothFamilies: readonly Family[] = ['ip', 'ip6'];

export function defineMatch<Data>(definition: MatchDefinition<Data>): Extension<Match> {
  return {
    name: definition.name,
    families: definition.families ?? bothFamilies,
    options: definition.options,
    build(options, context) {
      const data = definition.parse(options, context);
      return {
        name: definition.name,
        text: definition.print(data, context.family),
        evaluate: (packet, environment) => definition.evaluate(data, packet, environment),
        explain: (packet, environment) => definition.explain(data, packet, environment),
        destinationPort: definition.destinationPort?.(data) ?? null,
      };
    },
  };
}

export function defineTarget<Data>(definition: TargetDefinition<Data>): Extension<Target> {
  return {
    name: definition.name,
    families: definition.families ?? bothFamilies,
    options: definition.options,
    build(options, context) {
      const data = definition.parse(options, context);
      return {
        name: definition.name,
        text: definition.print(data, context.family),
        inert: definition.inert === true,
        evaluate: (packet, environment) => definition.evaluate(data, packet, environment),
      };
    },
  };
}
