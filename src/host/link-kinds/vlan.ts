/** IFLA_VLAN_* of linux/if_link.h. */
import { type LinkKind, number, protocol } from './fields.ts';

export const vlan: LinkKind = {
  kinds: ['vlan'],
  fields: { 1: ['id', number], 2: ['flags', vlanFlags], 5: ['protocol', protocol] },
};

/** struct ifla_vlan_flags { flags, mask }: VLAN_FLAG_* of linux/if_vlan.h. */
function vlanFlags(buffer: Buffer, at: number, length: number): string[] | undefined {
  if (length < 4) return undefined;
  const value = buffer.readUInt32LE(at);
  return ['REORDER_HDR', 'GVRP', 'LOOSE_BINDING', 'MVRP', 'BRIDGE_BINDING'].filter(
    (_, bit) => (value & (1 << bit)) !== 0,
  );
}
