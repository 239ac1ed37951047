/** IP tunnels: IFLA_IPTUN_*, IFLA_GRE_*, IFLA_VTI_* of linux/if_tunnel.h. `any` is an end that is not set. */
import { ipAddress } from '../inet.ts';
import { endpoint, flag, key, type LinkKind, networkNumber, number, present, word } from './fields.ts';

const gre = {
  1: ['linkIndex', number],
  2: ['iflags', networkNumber],
  3: ['oflags', networkNumber],
  4: ['ikey', key],
  5: ['okey', key],
  6: ['local', endpoint],
  7: ['remote', endpoint],
  8: ['ttl', number],
  9: ['tos', number],
  10: ['pmtudisc', flag],
  11: ['encap_limit', number],
  12: ['flowinfo', networkNumber],
  18: ['external', present],
  20: ['fwmark', number],
  21: ['erspan_index', number],
  22: ['erspan_ver', number],
} as const;

export const greTunnels: LinkKind = {
  kinds: ['gre', 'gretap', 'ip6gre', 'ip6gretap', 'erspan', 'ip6erspan'],
  fields: gre,
  finish: (details) => {
    // Keys count where GRE_KEY (linux/if_tunnel.h) is set.
    for (const [flags, tunnelKey] of [
      ['iflags', 'ikey'],
      ['oflags', 'okey'],
    ] as const) {
      if ((Number(details[flags] ?? 0) & 0x2000) === 0) delete details[tunnelKey];
      delete details[flags];
    }
  },
};

const ip = {
  1: ['linkIndex', number],
  2: ['local', endpoint],
  3: ['remote', endpoint],
  4: ['ttl', number],
  5: ['tos', number],
  6: ['encap_limit', number],
  7: ['flowinfo', networkNumber],
  10: ['pmtudisc', flag],
  19: ['external', present],
  20: ['fwmark', number],
} as const;

export const ipTunnels: LinkKind = {
  kinds: ['ipip', 'sit'],
  fields: {
    ...ip,
    9: ['proto', word({ 0: 'any', 4: 'ipip', 41: 'ip6ip', 137: 'mplsip' })],
    // RFC 5969: what a 6rd tunnel makes its prefixes of.
    11: ['prefix', ipAddress],
    12: ['relay_prefix', endpoint],
    13: ['prefixlen', number],
    14: ['relay_prefixlen', number],
  },
  finish: (details) => {
    if (details.relay_prefixlen !== 0) return;
    delete details.relay_prefix;
    delete details.relay_prefixlen;
  },
};

export const ip6Tunnels: LinkKind = {
  kinds: ['ip6tnl'],
  fields: { ...ip, 9: ['proto', word({ 0: 'any', 4: 'ipip6', 41: 'ip6ip6', 47: 'gre' })] },
};

export const vtiTunnels: LinkKind = {
  kinds: ['vti', 'vti6'],
  fields: {
    1: ['linkIndex', number],
    2: ['ikey', key],
    3: ['okey', key],
    4: ['local', endpoint],
    5: ['remote', endpoint],
    6: ['fwmark', number],
  },
};

/** IFLA_XFRM_*. */
export const xfrm: LinkKind = {
  kinds: ['xfrm'],
  fields: { 1: ['linkIndex', number], 2: ['if_id', number], 3: ['external', present] },
};

/** IFLA_GENEVE_*. */
export const geneve: LinkKind = {
  kinds: ['geneve'],
  fields: {
    1: ['id', number],
    2: ['remote', endpoint],
    3: ['ttl', number],
    4: ['tos', number],
    5: ['port', networkNumber],
    6: ['external', present],
    7: ['remote', endpoint],
    8: ['udp_csum', flag],
    9: ['udp_zero_csum6_tx', flag],
    10: ['udp_zero_csum6_rx', flag],
    11: ['label', networkNumber],
    13: ['df', word({ 0: 'unset', 1: 'set', 2: 'inherit' })],
  },
};
