/** `-m connbytes`: how much a connection has carried (xt_connbytes.c). */
import { type Answer, refuse } from '../extension.ts';
import { listedMatch, type Part, part } from '../listed.ts';
import type { Packet } from '../packet.ts';
import { has, integer64 } from '../values.ts';

/** `A:B`, `A`; open ends are 0 and nothing. */
function amounts(text: string): string {
  const [from = '', to] = text.split(':');
  const low = from === '' ? 0n : integer64(from, 'connbytes');
  if (to === undefined || to === '') return String(low);
  const high = integer64(to, 'connbytes');
  if (high < low) refuse(`connbytes range ${text} ends before it starts`);
  return `${low}:${high}`;
}

const modes: readonly string[] = ['packets', 'bytes', 'avgpkt'];
const directions: readonly string[] = ['original', 'reply', 'both'];

function oneOf(known: readonly string[], what: string) {
  return (text: string) => (known.includes(text) ? text : refuse(`${what} "${text}" is not known`));
}

function evaluate(parts: readonly Part[], packet: Packet): Answer {
  const connection = packet.tracking;
  if (connection.kind !== 'tracked') return false;
  const mode = part(parts, 'connbytes-mode')?.text;
  const direction = part(parts, 'connbytes-dir')?.text;
  const counts = mode === 'bytes' ? connection.bytes : connection.packets;
  if (counts === null || mode === 'avgpkt')
    return { unknown: 'connbytes: what the connection carried is not known' };
  const total =
    direction === 'original'
      ? counts.original
      : direction === 'reply'
        ? counts.reply
        : counts.original + counts.reply;
  const range = part(parts, 'connbytes');
  const [from = 0, to = Number.POSITIVE_INFINITY] = (range?.text ?? '').split(':').map(Number);
  return (total >= from && total <= to) !== (range?.invert ?? false);
}

export const connbytes = listedMatch({
  name: 'connbytes',
  options: [
    { name: 'connbytes', values: 1, negatable: true, read: amounts },
    { name: 'connbytes-mode', values: 1, read: oneOf(modes, 'connbytes mode') },
    { name: 'connbytes-dir', values: 1, read: oneOf(directions, 'connbytes direction') },
  ],
  check(uses) {
    for (const name of ['connbytes', 'connbytes-mode', 'connbytes-dir']) {
      if (!has(uses, name)) refuse(`-m connbytes needs --${name}`);
    }
  },
  evaluate,
});
