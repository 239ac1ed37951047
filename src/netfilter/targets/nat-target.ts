/** The two shapes of nat targets: those that name addresses (DNAT, SNAT) and those that name ports only (MASQUERADE, REDIRECT). */
import { defineTarget, type Effect, type NatEffect, type OptionDefinition, refuse } from '../extension.ts';
import { argument, find, joined, type Range } from '../values.ts';
import {
  demandNatTable,
  type NatFlags,
  type NatRange,
  natEffect,
  natFlagOptions,
  parseNatFlags,
  parsePorts,
  parseRange,
  printNatFlags,
  printNatRange,
  printPorts,
} from './nat-options.ts';

interface ToAddress {
  readonly range: NatRange;
  readonly flags: NatFlags;
  readonly effect: Effect;
}

interface ToPorts {
  readonly ports: Range | null;
  readonly flags: NatFlags;
  readonly effect: Effect;
}

/** A target whose `option` takes `ADDRESS[-ADDRESS][:PORTS]`; `base`: whether the ports may have a base. */
export function addressTarget(name: string, option: string, type: NatEffect['type'], base: boolean) {
  return defineTarget<ToAddress>({
    name,
    options: [{ name: option, values: 1 }, ...natFlagOptions],
    parse(options, context) {
      demandNatTable(context, name);
      const use = find(options, option) ?? refuse(`${name} needs --${option}`);
      const range = parseRange(argument(use), context, base);
      const flags = parseNatFlags(options);
      return { range, flags, effect: natEffect(type, range, flags) };
    },
    print: (data, family) =>
      joined([`--${option} ${printNatRange(data.range, family)}`, ...printNatFlags(data.flags)]),
    evaluate: (data) => data.effect,
  });
}

/** A target that finds its address itself and may be given `--to-ports`. */
export function portTarget(
  name: string,
  type: NatEffect['type'],
  aliases: NonNullable<OptionDefinition['aliases']> = [],
) {
  return defineTarget<ToPorts>({
    name,
    options: [{ name: 'to-ports', aliases, values: 1 }, ...natFlagOptions.slice(0, 2)],
    parse(options, context) {
      demandNatTable(context, name);
      const use = find(options, 'to-ports');
      const ports = use === undefined ? null : parsePorts(argument(use), context, false).ports;
      const flags = parseNatFlags(options);
      return { ports, flags, effect: natEffect(type, { addresses: null, ports, base: null }, flags) };
    },
    print: (data) =>
      joined([data.ports && `--to-ports ${printPorts(data.ports)}`, ...printNatFlags(data.flags)]),
    evaluate: (data) => data.effect,
  });
}
