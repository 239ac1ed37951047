/** Spanning tree (IEEE 802.1D-2004 9.3). */
import { hex } from '../fields.ts';
import { defineProtocol } from '../protocol.ts';

const configuration = 0x00;
const rapid = 0x02;
const topologyChange = 0x80;
const roles = ['Unknown', 'Alternate/Backup', 'Root', 'Designated'] as const;

export const stp = defineProtocol({
  name: 'stp',
  llcSaps: [0x42],
  step: () => null,
  describe: (fields, from) => {
    fields.number('stp.protocol', 'Protocol Identifier', from, 2, hex(4));
    const version = fields.number('stp.version', 'Protocol Version Identifier', from + 2, 1);
    const type = fields.number('stp.type', 'BPDU Type', from + 3, 1, hex(2));
    fields.title('Spanning Tree Protocol');
    if (type === topologyChange) {
      fields.summary('STP', 'Topology Change Notification');
      return;
    }
    if (type !== configuration && type !== rapid) return;
    fields.number('stp.flags', 'BPDU flags', from + 4, 1, hex(2));
    if (type === rapid)
      fields.bits('stp.flags.port_role', 'Port Role', from + 4, 1, 0x0c, (role) => roles[role] ?? '');
    const priority = fields.bits('stp.root.prio', 'Root Bridge Priority', from + 5, 1, 0xf0, undefined, 4096);
    fields.bits('stp.root.ext', 'Root Bridge System ID Extension', from + 5, 2, 0x0fff);
    const root = fields.mac('stp.root.hw', 'Root Bridge System ID', from + 7);
    const cost = fields.number('stp.root.cost', 'Root Path Cost', from + 13, 4);
    fields.mac('stp.bridge.hw', 'Bridge System ID', from + 19);
    const port = fields.number('stp.port', 'Port identifier', from + 25, 2, hex(4));
    const names = ['STP', '', 'RSTP', 'MSTP'];
    fields.summary(
      'STP',
      `${names[version] ?? 'STP'} Root = ${priority}/${root} Cost = ${cost} Port = ${hex(4)(port)}`,
    );
  },
});
