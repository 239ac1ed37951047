/** `-m mac`: the frame's source address (xt_mac.c); it is not part of a packet's description. */
import { refuse } from '../extension.ts';
import { listedMatch } from '../listed.ts';

export const mac = listedMatch({
  name: 'mac',
  options: [
    {
      name: 'mac-source',
      values: 1,
      negatable: true,
      read: (text) =>
        /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i.test(text)
          ? text.toLowerCase()
          : refuse(`"${text}" is no MAC address`),
    },
  ],
  check(uses, { chain }) {
    if (uses.length === 0) refuse('-m mac needs --mac-source');
    if (chain === 'OUTPUT' || chain === 'POSTROUTING') refuse(`-m mac is not for ${chain}`);
  },
  evaluate(parts, packet) {
    // Loopback and tunnels have no Ethernet header.
    if (packet.in === 'lo' || packet.in === '') return false;
    return {
      unknown: 'mac: the packet’s MAC address is not known',
      key: `mac ${parts[0]?.text}`,
      inverted: parts[0]?.invert === true,
    };
  },
});
