/** IFLA_BOND_*, IFLA_VRF_* and IFLA_MACSEC_* of linux/if_link.h. Times of a bond are in ms. */
import { type Fields, flag, type LinkKind, mac, number, readFields, word } from './fields.ts';

/** IFLA_BOND_AD_INFO_*: what LACP agreed on (IEEE 802.1AX). */
const aggregation: Fields = {
  1: ['aggregator', number],
  2: ['num_ports', number],
  3: ['actor_key', number],
  4: ['partner_key', number],
  5: ['partner_mac', mac],
};

/** IFLA_BOND_SLAVE_*, of a link that is in a bond. */
export const bondSlave: Fields = {
  1: ['state', word({ 0: 'ACTIVE', 1: 'BACKUP' })],
  2: ['mii_status', word({ 0: 'UP', 1: 'GOING_DOWN', 2: 'DOWN', 3: 'GOING_BACK' })],
  3: ['link_failure_count', number],
  4: ['perm_hwaddr', mac],
  5: ['queue_id', number],
  6: ['ad_aggregator_id', number],
};

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
    12: ['primary_reselect', word({ 0: 'always', 1: 'better', 2: 'failure' })],
    13: ['fail_over_mac', word({ 0: 'none', 1: 'active', 2: 'follow' })],
    18: ['min_links', number],
    21: ['ad_lacp_rate', word({ 0: 'slow', 1: 'fast' })],
    22: ['ad_select', word({ 0: 'stable', 1: 'bandwidth', 2: 'count' })],
    23: ['ad_info', (buffer, at, length) => readFields(aggregation, buffer, at, at + length)],
  },
};

export const vrf: LinkKind = { kinds: ['vrf'], fields: { 1: ['table', number] } };

export const macsec: LinkKind = {
  kinds: ['macsec'],
  fields: { 6: ['encodingsa', number], 7: ['encrypt', flag], 8: ['protect', flag] },
};
