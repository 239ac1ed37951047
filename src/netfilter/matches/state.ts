/** `-m state`: the connection state alone (xt_state.c). */
import { defineMatch, refuse } from '../extension.ts';
import type { Packet } from '../packet.ts';
import { argument, find, type Negatable, printOption } from '../values.ts';

export type StateName = 'INVALID' | 'NEW' | 'RELATED' | 'ESTABLISHED' | 'UNTRACKED';

/** In the order in which iptables prints them. */
const names: readonly StateName[] = ['INVALID', 'NEW', 'RELATED', 'ESTABLISHED', 'UNTRACKED'];

export function stateOf(packet: Packet): StateName {
  switch (packet.tracking.kind) {
    case 'tracked':
      return packet.tracking.state === 'new'
        ? 'NEW'
        : packet.tracking.state === 'related'
          ? 'RELATED'
          : 'ESTABLISHED';
    case 'untracked':
      return 'UNTRACKED';
    case 'invalid':
    case 'none':
      // Without an entry and without the untracked mark the kernel counts a packet as INVALID.
      return 'INVALID';
  }
}

function parseStates(text: string): ReadonlySet<StateName> {
  const states = new Set<StateName>();
  for (const word of text.split(',')) {
    const name = names.find((known) => known === word.toUpperCase());
    states.add(name ?? refuse(`state "${word}" is not known`));
  }
  return states;
}

export const state = defineMatch<Negatable<ReadonlySet<StateName>>>({
  name: 'state',
  options: [{ name: 'state', values: 1, negatable: true }],
  parse(options) {
    const use = find(options, 'state') ?? refuse('-m state needs --state');
    return { value: parseStates(argument(use)), invert: use.invert };
  },
  print: ({ value, invert }) =>
    printOption('state', invert, names.filter((name) => value.has(name)).join(',')),
  evaluate: ({ value, invert }, packet) => value.has(stateOf(packet)) !== invert,
  explain: ({ value, invert }, packet) =>
    `state ${invert ? 'not ' : ''}${[...value].join(',')}, packet is ${stateOf(packet)}`,
});
