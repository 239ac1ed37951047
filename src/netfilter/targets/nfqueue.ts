/** `-j NFQUEUE`: a program in user space decides (xt_NFQUEUE.c). */
import { refuse } from '../extension.ts';
import { listedTarget, part } from '../listed.ts';
import { exclusive, has, integer } from '../values.ts';

/** `A:B`; the open ends are 0 and 65534. */
function balance(text: string): string {
  const [from, to] = text.split(':');
  if (to === undefined) refuse('--queue-balance needs a range');
  const low = from === '' || from === undefined ? 0 : integer(from, 65535, 'queue');
  const high = to === '' ? 65534 : integer(to, 65535, 'queue');
  if (low >= high) refuse(`range ${text} has no two queues`);
  return high === 65535 ? refuse('the last queue is 65534') : `${low}:${high}`;
}

export const nfqueue = listedTarget({
  name: 'NFQUEUE',
  options: [
    { name: 'queue-num', values: 1, read: (text) => String(integer(text, 65535, 'queue')) },
    { name: 'queue-balance', values: 1, read: balance },
    { name: 'queue-bypass', values: 0 },
    { name: 'queue-cpu-fanout', values: 0 },
  ],
  check(uses) {
    exclusive(uses, ['queue-num', 'queue-balance']);
    if (has(uses, 'queue-cpu-fanout') && !has(uses, 'queue-balance'))
      refuse('--queue-cpu-fanout needs --queue-balance');
  },
  complete: (parts) =>
    part(parts, 'queue-num') === undefined && part(parts, 'queue-balance') === undefined
      ? [{ name: 'queue-num', invert: false, text: '0' }, ...parts]
      : parts,
  evaluate(parts) {
    const queue = part(parts, 'queue-num')?.text ?? part(parts, 'queue-balance')?.text ?? '0';
    return { kind: 'queue', to: `NFQUEUE ${queue}` };
  },
});
