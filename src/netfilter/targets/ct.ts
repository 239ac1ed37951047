/** `-j CT` and its older form NOTRACK (xt_CT.c). */
import { defineTarget, type Extension, proceed, refuse, type Target } from '../extension.ts';
import type { Packet } from '../packet.ts';
import { argument, find, has, integer, joined } from '../values.ts';

interface Ct {
  readonly notrack: boolean;
  readonly options: readonly string[];
}

const events = [
  'new',
  'related',
  'destroy',
  'reply',
  'assured',
  'protoinfo',
  'helper',
  'mark',
  'natseqinfo',
  'secmark',
];
const expectEvents = ['new'];

function untrack(packet: Packet): void {
  // The target leaves a packet alone that has its connection already (loopback).
  if (packet.tracking.kind === 'none') packet.tracking = { kind: 'untracked' };
}

function list(text: string, known: readonly string[]): string {
  const words = text.split(',');
  for (const word of words) if (!known.includes(word)) refuse(`event "${word}" is not known`);
  return known.filter((name) => words.includes(name)).join(',');
}

export const ct = defineTarget<Ct>({
  name: 'CT',
  options: [
    { name: 'notrack', values: 0 },
    { name: 'helper', values: 1 },
    { name: 'timeout', values: 1 },
    { name: 'ctevents', values: 1 },
    { name: 'expevents', values: 1 },
    { name: 'zone', values: 1 },
    { name: 'zone-orig', values: 1 },
    { name: 'zone-reply', values: 1 },
  ],
  parse(options, context) {
    if (context.table !== 'raw') refuse('CT is for the raw table');
    const zone = (text: string) => (text === 'mark' ? text : String(integer(text, 65535, 'zone')));
    const words = [
      ...optionWords(options, 'helper', (text) => text),
      ...optionWords(options, 'timeout', (text) => text),
      ...optionWords(options, 'ctevents', (text) => list(text, events)),
      ...optionWords(options, 'expevents', (text) => list(text, expectEvents)),
      ...optionWords(options, 'zone-orig', zone),
      ...optionWords(options, 'zone-reply', zone),
      ...optionWords(options, 'zone', zone),
    ];
    return { notrack: has(options, 'notrack'), options: words };
  },
  print: (data) => joined([data.notrack ? '--notrack' : null, ...data.options]),
  evaluate(data, packet) {
    if (data.notrack) untrack(packet);
    return proceed;
  },
});

function optionWords(
  options: Parameters<typeof find>[0],
  name: string,
  read: (text: string) => string,
): readonly string[] {
  const use = find(options, name);
  return use === undefined ? [] : [`--${name} ${read(argument(use))}`];
}

export const notrack: Extension<Target> = defineTarget<null>({
  name: 'NOTRACK',
  options: [],
  parse(_, context) {
    if (context.table !== 'raw') refuse('NOTRACK is for the raw table');
    return null;
  },
  print: () => '',
  evaluate(_, packet) {
    untrack(packet);
    return proceed;
  },
});
