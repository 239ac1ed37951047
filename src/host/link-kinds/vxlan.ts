/** IFLA_VXLAN_* of linux/if_link.h. `group` is a multicast group, `remote` one peer; both are the same attribute. */
import { unsignedNetwork } from '../ffi/attributes.ts';
import { ipAddress } from '../inet.ts';
import { flag, type LinkKind, networkNumber, number, present, word } from './fields.ts';

export const vxlan: LinkKind = {
  kinds: ['vxlan'],
  fields: {
    1: ['id', number],
    2: ['group', ipAddress],
    3: ['linkIndex', number],
    4: ['local', ipAddress],
    5: ['ttl', number],
    6: ['tos', number],
    7: ['learning', flag],
    8: ['ageing', number],
    9: ['limit', number],
    10: ['port_range', portRange],
    11: ['proxy', flag],
    12: ['rsc', flag],
    13: ['l2miss', flag],
    14: ['l3miss', flag],
    15: ['port', networkNumber],
    16: ['group6', ipAddress],
    17: ['local6', ipAddress],
    18: ['udp_csum', flag],
    19: ['udp_zero_csum6_tx', flag],
    20: ['udp_zero_csum6_rx', flag],
    23: ['gbp', present],
    25: ['external', flag],
    26: ['label', networkNumber],
    27: ['gpe', present],
    29: ['df', word({ 0: 'unset', 1: 'set', 2: 'inherit' })],
    30: ['vnifilter', flag],
    31: ['localbypass', flag],
  },
  finish: nameVxlanEnds,
};

/** `ip` calls the far end `remote` unless it is a multicast group; switches that are off it leaves out. */
function nameVxlanEnds(details: Record<string, unknown>): void {
  const { group, group6 } = details;
  if (typeof group === 'string') {
    const first = Number(group.split('.')[0]);
    if (first < 224 || first > 239) rename(details, 'group', 'remote');
  }
  if (typeof group6 === 'string' && !group6.startsWith('ff')) rename(details, 'group6', 'remote6');
  for (const optional of ['proxy', 'rsc', 'l2miss', 'l3miss', 'external', 'vnifilter']) {
    if (details[optional] === false) delete details[optional];
  }
  for (const optional of ['tos', 'label', 'limit', 'linkIndex']) {
    if (details[optional] === 0) delete details[optional];
  }
}

function rename(details: Record<string, unknown>, from: string, to: string): void {
  details[to] = details[from];
  delete details[from];
}

function portRange(buffer: Buffer, at: number, length: number): { low: number; high: number } | undefined {
  if (length < 4) return undefined;
  return { low: unsignedNetwork(buffer, at, 2), high: unsignedNetwork(buffer, at + 2, 2) };
}
