/** The port is published on IPv4 only, and an IPv6 address is dialled. */
import type { Cause } from './cause.ts';
import { publishedElsewhere } from './published-elsewhere.ts';

export const ipv6Disabled: Cause = {
  id: 'ipv6-disabled',
  find: (evidence) => publishedElsewhere(evidence, 'ipv6-disabled', 'IPv4'),
};
