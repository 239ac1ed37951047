/** Options of team devices, which are not among a link's attributes: generic netlink, linux/if_team.h. */
import type { LinkState } from '../snapshot/schema.ts';
import { attribute, forEachAttribute, text, u32, unsigned } from './ffi/attributes.ts';
import { genericHeader, headerBytes, inGenericNetlink } from './generic-netlink.ts';

const TEAM_CMD_OPTIONS_GET = 2;
const TEAM_ATTR_TEAM_IFINDEX = 1;
const TEAM_ATTR_LIST_OPTION = 2;

/** Fills in the mode of the team devices among the links of the namespace that the thread is in. */
export function addTeams(links: readonly LinkState[]): void {
  const teams = links.filter(({ kind }) => kind === 'team');
  if (teams.length === 0) return;
  inGenericNetlink('team', (socket, family) => {
    for (const team of teams) {
      const request = Buffer.concat([
        genericHeader(TEAM_CMD_OPTIONS_GET),
        attribute(TEAM_ATTR_TEAM_IFINDEX, u32(team.index)),
      ]);
      socket.request(family, request, (type, buffer, start, end) => {
        if (type === family) Object.assign(team.details, teamOptions(buffer, start, end, links));
      });
    }
  });
}

/** One message: struct genlmsghdr and lists of TEAM_ATTR_ITEM_OPTION. The names are those of teamd.conf(5). */
export function teamOptions(
  buffer: Buffer,
  start: number,
  end: number,
  links: readonly Pick<LinkState, 'index' | 'name'>[],
): Record<string, unknown> {
  const options: Record<string, unknown> = {};
  forEachAttribute(buffer, start + headerBytes, end, (list, listAt, listLength) => {
    if (list !== TEAM_ATTR_LIST_OPTION) return;
    forEachAttribute(buffer, listAt, listAt + listLength, (_item, itemAt, itemLength) => {
      let name = '';
      let data: readonly [at: number, length: number] | undefined;
      forEachAttribute(buffer, itemAt, itemAt + itemLength, (type, at, length) => {
        if (type === 1) name = text(buffer, at, length);
        if (type === 4) data = [at, length];
      });
      if (data === undefined) return;
      if (name === 'mode') options.mode = text(buffer, ...data);
      if (name === 'activeport') {
        const index = unsigned(buffer, ...data);
        const port = links.find((link) => link.index === index)?.name;
        if (port !== undefined) options.activeport = port;
      }
    });
  });
  return options;
}
