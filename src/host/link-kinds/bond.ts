/** IFLA_BOND_*, IFLA_VRF_* and IFLA_MACSEC_* of linux/if_link.h. Times of a bond are in ms. */
import { flag, type LinkKind, number, word } from './fields.ts';

export const bond: LinkKind = {
  kinds: ['bond'],
  fields: {
    1: [
      'mode',
      word({
        0: 'balance-rr',
        1: 'active-backup',
        2: 'balance-xor',
        3: 'broadcast',
        4: '802.3ad',
        5: 'balance-tlb',
        6: 'balance-alb',
      }),
    ],
    2: ['activeIndex', number],
    3: ['miimon', number],
    4: ['updelay', number],
    5: ['downdelay', number],
    6: ['use_carrier', number],
    7: ['arp_interval', number],
    11: ['primaryIndex', number],
    14: [
      'xmit_hash_policy',
      word({ 0: 'layer2', 1: 'layer3+4', 2: 'layer2+3', 3: 'encap2+3', 4: 'encap3+4', 5: 'vlan+srcmac' }),
    ],
    18: ['min_links', number],
    21: ['ad_lacp_rate', word({ 0: 'slow', 1: 'fast' })],
    22: ['ad_select', word({ 0: 'stable', 1: 'bandwidth', 2: 'count' })],
  },
};

export const vrf: LinkKind = { kinds: ['vrf'], fields: { 1: ['table', number] } };

export const macsec: LinkKind = {
  kinds: ['macsec'],
  fields: { 6: ['encodingsa', number], 7: ['encrypt', flag], 8: ['protect', flag] },
};
