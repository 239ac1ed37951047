/** Targets that change fields of the IP header: DSCP, TOS, ECN, TTL and HL. */

import type { Family } from '../address.ts';
import { defineTarget, type Extension, proceed, refuse, type Target } from '../extension.ts';
import { listedTarget } from '../listed.ts';
import { dscpClass, printDscp } from '../matches/dscp.ts';
import { printTos, type TosValue, tosValue } from '../matches/tos.ts';
import { protocol } from '../protocols.ts';
import { argument, demandProtocol, exclusive, integer } from '../values.ts';

function demandMangle(table: string, target: string): void {
  if (table !== 'mangle') refuse(`${target} is for the mangle table`);
}

export const dscp = defineTarget<number>({
  name: 'DSCP',
  options: [
    { name: 'set-dscp', values: 1 },
    { name: 'set-dscp-class', values: 1 },
  ],
  parse(options, { table }) {
    demandMangle(table, 'DSCP');
    exclusive(options, ['set-dscp', 'set-dscp-class']);
    const use = options[0] ?? refuse('DSCP needs --set-dscp or --set-dscp-class');
    return use.name === 'set-dscp' ? integer(argument(use), 63, 'DSCP') : dscpClass(argument(use));
  },
  print: (value) => `--set-dscp ${printDscp(value)}`,
  evaluate(value, packet) {
    if (packet.tos !== null) packet.tos = (packet.tos & 3) | (value << 2);
    return proceed;
  },
});

const tosOptions = ['set-tos', 'and-tos', 'or-tos', 'xor-tos'] as const;

function tosOperation(name: string, text: string): TosValue {
  if (name === 'set-tos') return tosValue(text);
  const bits = integer(text, 255, name);
  if (name === 'and-tos') return { value: 0, mask: ~bits & 0xff };
  return { value: bits, mask: name === 'or-tos' ? bits : 0 };
}

export const tos = defineTarget<TosValue>({
  name: 'TOS',
  options: tosOptions.map((name) => ({ name, values: 1 })),
  parse(options, { table }) {
    demandMangle(table, 'TOS');
    exclusive(options, tosOptions);
    const use = options[0] ?? refuse('TOS needs an option');
    return tosOperation(use.name, argument(use));
  },
  print: (value) => `--set-tos ${printTos(value)}`,
  evaluate({ value, mask }, packet) {
    if (packet.tos !== null) packet.tos = ((packet.tos & ~mask) ^ value) & 0xff;
    return proceed;
  },
});

export const ecn = listedTarget({
  name: 'ECN',
  families: ['ip'],
  inert: true,
  options: [{ name: 'ecn-tcp-remove', values: 0 }],
  check(uses, context) {
    demandMangle(context.table, 'ECN');
    if (uses.length === 0) refuse('ECN needs --ecn-tcp-remove');
    demandProtocol(context, [protocol.tcp], 'ECN');
  },
  evaluate: () => proceed,
});

interface TtlChange {
  readonly how: string;
  readonly value: number;
}

function ttlTarget(name: 'TTL' | 'HL', family: Family): Extension<Target> {
  const prefix = name.toLowerCase();
  const names = ['set', 'dec', 'inc'].map((how) => `${prefix}-${how}`);
  return defineTarget<TtlChange>({
    name,
    families: [family],
    options: names.map((option) => ({ name: option, values: 1 })),
    parse(options, { table }) {
      demandMangle(table, name);
      exclusive(options, names);
      const use = options[0] ?? refuse(`${name} needs an option`);
      const how = use.name.slice(prefix.length + 1);
      return { how, value: integer(argument(use), 255, name, how === 'set' ? 0 : 1) };
    },
    print: ({ how, value }) => `--${prefix}-${how} ${value}`,
    evaluate({ how, value }, packet) {
      if (how === 'set') packet.ttl = value;
      else if (packet.ttl !== null) {
        packet.ttl = Math.min(255, Math.max(0, packet.ttl + (how === 'inc' ? value : -value)));
      }
      return proceed;
    },
  });
}

export const ttl = ttlTarget('TTL', 'ip');
export const hl = ttlTarget('HL', 'ip6');
