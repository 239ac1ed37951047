/** `-m rpfilter`: whether the route back leaves by the device that the packet came in by (ipt_rpfilter.c). */
import { refuse } from '../extension.ts';
import { listedMatch, part } from '../listed.ts';
import { invertAnswer } from '../values.ts';

export const rpfilter = listedMatch({
  name: 'rpfilter',
  options: [
    { name: 'loose', values: 0 },
    { name: 'validmark', values: 0 },
    { name: 'accept-local', values: 0 },
    { name: 'invert', values: 0 },
  ],
  check(_, { table, chain }) {
    if (table !== 'raw' && table !== 'mangle') refuse('-m rpfilter is for the raw and mangle tables');
    if (
      chain !== 'PREROUTING' &&
      /^[A-Z]+$/.test(chain) &&
      ['INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'].includes(chain)
    ) {
      refuse(`-m rpfilter is not for ${chain}`);
    }
  },
  evaluate(parts, packet, environment) {
    const answer = environment.reversePath(packet, {
      loose: part(parts, 'loose') !== undefined,
      mark: part(parts, 'validmark') !== undefined,
      local: part(parts, 'accept-local') !== undefined,
    });
    return invertAnswer(packet.in === 'lo' ? true : answer, part(parts, 'invert') !== undefined);
  },
});
