/** `-m owner`: whose socket sent the packet (xt_owner.c). */
import { refuse } from '../extension.ts';
import { type ListedOption, listedMatch } from '../listed.ts';
import { has, integer, max32 } from '../values.ts';
import { isForwarded } from './socket-owner.ts';

/** A number, a range, or `root`: other names are those of one machine. */
function ids(text: string): string {
  if (text === 'root') return '0';
  const [from = '', to] = text.split('-');
  const low = integer(from, max32 - 1, 'user or group');
  if (to === undefined) return String(low);
  const high = integer(to, max32 - 1, 'user or group');
  if (high < low) refuse(`range ${text} ends before it starts`);
  return low === high ? String(low) : `${low}-${high}`;
}

const idOption = (name: string): ListedOption => ({ name, values: 1, negatable: true, read: ids });

export const owner = listedMatch({
  name: 'owner',
  options: [
    { name: 'socket-exists', values: 0, negatable: true },
    idOption('uid-owner'),
    idOption('gid-owner'),
    { name: 'suppl-groups', values: 0 },
  ],
  check(uses, { chain }) {
    if (uses.length === 0) refuse('-m owner needs an option');
    const groups = uses.findIndex((use) => use.name === 'suppl-groups');
    const group = uses.findIndex((use) => use.name === 'gid-owner');
    if (has(uses, 'suppl-groups') && (group === -1 || group > groups))
      refuse('--suppl-groups follows --gid-owner');
    if (chain === 'INPUT' || chain === 'FORWARD' || chain === 'PREROUTING')
      refuse(`-m owner is not for ${chain}`);
  },
  evaluate(parts, packet) {
    // Without a socket only negated tests hold.
    if (isForwarded(packet)) return parts.every((one) => one.invert || one.name === 'suppl-groups');
    return { unknown: 'owner: whose socket it is' };
  },
});
