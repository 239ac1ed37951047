/** IPv6 is dialled where there is none: switched off on a link, or a port that is published on IPv4 only. */
import type { Cause } from './cause.ts';
import { switchedOff } from './ipv6-off.ts';
import { publishedElsewhere } from './published-elsewhere.ts';

export const ipv6Disabled: Cause = {
  id: 'ipv6-disabled',
  find: (evidence) => [...switchedOff(evidence), ...publishedElsewhere(evidence, 'ipv6-disabled', 'IPv4')],
};
