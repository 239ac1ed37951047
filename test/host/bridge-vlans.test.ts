import { expect, it } from 'vitest';
import { readVlans } from '../../src/host/bridge-vlans.ts';
import { attribute } from '../../src/host/ffi/attributes.ts';

/** IFLA_BRIDGE_VLAN_INFO. */
const info = (flags: number, vlan: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt16LE(flags, 0);
  bytes.writeUInt16LE(vlan, 2);
  return attribute(2, bytes);
};

it('reads the VLANs of a port, single ones and ranges', () => {
  const bytes = Buffer.concat([info(0x6, 1), info(0x8, 10), info(0x10, 20), info(0x4, 30)]);
  expect(readVlans(bytes, 0, bytes.length)).toEqual([
    { vlan: 1, flags: ['PVID', 'Egress Untagged'] },
    { vlan: 10, vlanEnd: 20, flags: [] },
    { vlan: 30, flags: ['Egress Untagged'] },
  ]);
});

it('stops at an attribute that is longer than the message', () => {
  const bytes = Buffer.concat([info(0, 5), Buffer.from([0xff, 0xff, 2, 0, 1])]);
  expect(readVlans(bytes, 0, bytes.length)).toEqual([{ vlan: 5, flags: [] }]);
});
