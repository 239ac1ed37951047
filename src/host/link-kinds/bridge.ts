/** Bridges and their ports: IFLA_BR_* and IFLA_BRPORT_* of linux/if_link.h. Times are in 1/100 s. */
import {
  bridgeId,
  type Fields,
  flag,
  hexadecimal,
  type LinkKind,
  mac,
  number,
  protocol,
  word,
} from './fields.ts';

export const bridge: LinkKind = {
  kinds: ['bridge'],
  fields: {
    1: ['forward_delay', number],
    2: ['hello_time', number],
    3: ['max_age', number],
    4: ['ageing_time', number],
    5: ['stp_state', number],
    6: ['priority', number],
    7: ['vlan_filtering', number],
    8: ['vlan_protocol', protocol],
    10: ['root_id', bridgeId],
    11: ['bridge_id', bridgeId],
    12: ['root_port', number],
    13: ['root_path_cost', number],
    14: ['topology_change', number],
    15: ['topology_change_detected', number],
    20: ['group_addr', mac],
    22: ['mcast_router', number],
    23: ['mcast_snooping', number],
    25: ['mcast_querier', number],
    36: ['nf_call_iptables', number],
    37: ['nf_call_ip6tables', number],
    38: ['nf_call_arptables', number],
    39: ['vlan_default_pvid', number],
    41: ['vlan_stats_enabled', number],
  },
};

/** BR_STATE_* of linux/if_bridge.h. */
const portState = word({ 0: 'disabled', 1: 'listening', 2: 'learning', 3: 'forwarding', 4: 'blocking' });

/** IFLA_INFO_SLAVE_DATA of a bridge port. */
export const bridgePort: Fields = {
  1: ['state', portState],
  2: ['priority', number],
  3: ['cost', number],
  4: ['hairpin', flag],
  5: ['guard', flag],
  6: ['root_block', flag],
  7: ['fastleave', flag],
  8: ['learning', flag],
  9: ['flood', flag],
  10: ['proxy_arp', flag],
  12: ['proxy_arp_wifi', flag],
  13: ['root_id', bridgeId],
  14: ['bridge_id', bridgeId],
  15: ['designated_port', number],
  16: ['designated_cost', number],
  17: ['id', hexadecimal],
  18: ['no', hexadecimal],
  25: ['multicast_router', number],
  27: ['mcast_flood', flag],
  28: ['mcast_to_unicast', flag],
  29: ['vlan_tunnel', flag],
  30: ['bcast_flood', flag],
  32: ['neigh_suppress', flag],
  33: ['isolated', flag],
  39: ['locked', flag],
};
