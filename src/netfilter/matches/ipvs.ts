/** `-m ipvs`: packets of load-balanced connections (xt_ipvs.c); IPVS keeps its own table of connections. */
import { addressBits, formatAddress, lengthOf, parsePrefix } from '../address.ts';
import { refuse } from '../extension.ts';
import { listedMatch } from '../listed.ts';
import { protocolNumber } from '../protocols.ts';
import { addressValue, port } from '../values.ts';

function oneOf(known: readonly string[]) {
  return (text: string) => {
    const upper = text.toUpperCase();
    return known.includes(upper) ? upper : refuse(`"${text}" is not one of ${known.join(', ')}`);
  };
}

export const ipvs = listedMatch({
  name: 'ipvs',
  options: [
    { name: 'ipvs', values: 0, negatable: true },
    {
      name: 'vproto',
      values: 1,
      negatable: true,
      read: (text) => String(protocolNumber(text) ?? refuse(`protocol "${text}" is not known`)),
    },
    {
      name: 'vaddr',
      values: 1,
      negatable: true,
      read(text, { family }) {
        // Host bits stay as they were written.
        const prefix = parsePrefix(text, family) ?? refuse(`"${text}" is no address`);
        const address = formatAddress(addressValue(text.replace(/\/.*$/, ''), family));
        const length = lengthOf(prefix.mask);
        return length === addressBits(family)
          ? address
          : `${address}/${length ?? formatAddress(prefix.mask)}`;
      },
    },
    { name: 'vport', values: 1, negatable: true, read: (text) => String(port(text)) },
    { name: 'vdir', values: 1, read: oneOf(['ORIGINAL', 'REPLY']) },
    { name: 'vmethod', values: 1, negatable: true, read: oneOf(['GATE', 'IPIP', 'MASQ']) },
    { name: 'vportctl', values: 1, negatable: true, read: (text) => String(port(text)) },
  ],
  check(uses) {
    if (uses.length === 0) refuse('-m ipvs needs an option');
  },
  evaluate: () => ({ unknown: 'ipvs: whether IPVS handles the connection' }),
});
