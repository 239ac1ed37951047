/** IFLA_TUN_* of linux/if_link.h. */
import { flag, type LinkKind, number, word } from './fields.ts';

export const tun: LinkKind = {
  kinds: ['tun'],
  fields: {
    1: ['user', number],
    2: ['group', number],
    3: ['type', word({ 1: 'tun', 2: 'tap' })],
    4: ['pi', flag],
    5: ['vnet_hdr', flag],
    6: ['persist', flag],
    7: ['multi_queue', flag],
    8: ['num_queues', number],
    9: ['num_disabled_queues', number],
  },
};
