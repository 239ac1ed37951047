/** `-m socket`: whether a socket of this namespace is open for the packet (xt_socket.c). */
import { refuse } from '../extension.ts';
import { listedMatch } from '../listed.ts';

export const socket = listedMatch({
  name: 'socket',
  options: [
    { name: 'transparent', values: 0 },
    { name: 'nowildcard', values: 0 },
    { name: 'restore-skmark', values: 0 },
  ],
  check(_, { chain }) {
    if (['FORWARD', 'OUTPUT', 'POSTROUTING'].includes(chain)) refuse(`-m socket is not for ${chain}`);
  },
  evaluate: () => ({ unknown: 'socket: whether one is open' }),
});
