/** `-j SNPT` and `-j DNPT`: stateless translation of IPv6 prefixes (ip6t_NPT.c, RFC 6296). */
import { formatPrefix, parsePrefix } from '../address.ts';
import { type Extension, refuse, type Target } from '../extension.ts';
import { type ListedOption, listedTarget } from '../listed.ts';
import { has } from '../values.ts';

const prefix = (name: string): ListedOption => ({
  name,
  values: 1,
  read(text, { family }) {
    if (!text.includes('/')) refuse(`--${name} needs a prefix length`);
    return formatPrefix(parsePrefix(text, family) ?? refuse(`"${text}" is no prefix`));
  },
});

function npt(name: string): Extension<Target> {
  return listedTarget({
    name,
    families: ['ip6'],
    options: [prefix('src-pfx'), prefix('dst-pfx')],
    check(uses, { table }) {
      if (!has(uses, 'src-pfx') || !has(uses, 'dst-pfx')) refuse(`${name} needs --src-pfx and --dst-pfx`);
      if (table !== 'mangle') refuse(`${name} is for the mangle table`);
    },
    evaluate: () => ({ kind: 'unknown', why: `${name}: the translated address is not worked out` }),
  });
}

export const snpt = npt('SNPT');
export const dnpt = npt('DNPT');
