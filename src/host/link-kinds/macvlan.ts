/** IFLA_MACVLAN_* and IFLA_IPVLAN_* of linux/if_link.h. */
import { type LinkKind, number, word } from './fields.ts';

export const macvlan: LinkKind = {
  kinds: ['macvlan', 'macvtap'],
  fields: {
    1: ['mode', word({ 1: 'private', 2: 'vepa', 4: 'bridge', 8: 'passthru', 16: 'source' })],
    2: ['flags', number],
    6: ['macaddr_count', number],
    7: ['bcqueuelen', number],
    8: ['usedbcqueuelen', number],
  },
};

export const ipvlan: LinkKind = {
  kinds: ['ipvlan', 'ipvtap'],
  fields: {
    1: ['mode', word({ 0: 'l2', 1: 'l3', 2: 'l3s' })],
    2: ['mode_flag', word({ 0: 'bridge', 1: 'private', 2: 'vepa' })],
  },
};
