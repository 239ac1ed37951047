import { expect, it } from 'vitest';
import { attribute, u32 } from '../../src/host/ffi/attributes.ts';
import { teamOptions } from '../../src/host/team.ts';

const nest = (type: number, ...inner: Buffer[]) => attribute(type | 0x8000, Buffer.concat(inner));
/** TEAM_ATTR_ITEM_OPTION with name, type (NLA_*) and data: linux/if_team.h. */
const option = (name: string, type: number, data: Buffer) =>
  nest(1, attribute(1, Buffer.from(`${name}\0`)), attribute(3, Buffer.from([type])), attribute(4, data));
const message = Buffer.concat([
  Buffer.from([2, 1, 0, 0]),
  attribute(1, u32(9)),
  nest(2, option('mode', 5, Buffer.from('activebackup\0')), option('notify_peers_count', 3, u32(0))),
  nest(2, option('activeport', 3, u32(4))),
]);
const links = [{ index: 4, name: 'port0' }];

it('reads the mode of a team device and the name of its active port', () => {
  expect(teamOptions(message, 0, message.length, links)).toEqual({
    mode: 'activebackup',
    activeport: 'port0',
  });
});

it('names no active port that is not there', () => {
  expect(teamOptions(message, 0, message.length, [])).toEqual({ mode: 'activebackup' });
});
