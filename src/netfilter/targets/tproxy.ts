/** `-j TPROXY`: hands the packet to a local socket (xt_TPROXY.c). */
import { formatAddress, maskOf, maskWords } from '../address.ts';
import { refuse } from '../extension.ts';
import { listedTarget, type Part, part } from '../listed.ts';
import { protocol } from '../protocols.ts';
import { addressValue, demandProtocol, has, hex, markValue, port } from '../values.ts';

export const tproxy = listedTarget({
  name: 'TPROXY',
  options: [
    { name: 'on-port', values: 1, read: (text) => String(port(text)) },
    { name: 'on-ip', values: 1, read: (text, { family }) => formatAddress(addressValue(text, family)) },
    {
      name: 'tproxy-mark',
      values: 1,
      read(text) {
        const { value, mask } = markValue(text, 'tproxy-mark');
        return `${hex(value)}/${hex(mask)}`;
      },
    },
  ],
  check(uses, context) {
    if (!has(uses, 'on-port')) refuse('TPROXY needs --on-port');
    if (context.table !== 'mangle') refuse('TPROXY is for the mangle table');
    demandProtocol(context, [protocol.tcp, protocol.udp], 'TPROXY');
  },
  complete(parts, { family }) {
    const zero = formatAddress(maskWords(maskOf(0, family), maskOf(0, family)));
    const complete: Part[] = [];
    for (const [name, otherwise] of [
      ['on-port', '0'],
      ['on-ip', zero],
      ['tproxy-mark', '0x0/0x0'],
    ] as const) {
      complete.push({ name, invert: false, text: part(parts, name)?.text ?? otherwise });
    }
    return complete;
  },
  evaluate: () => ({ kind: 'unknown', why: 'TPROXY: whether a socket takes the packet' }),
});
