/** The port is published, on another address of the host than the one that is dialled. */
import type { Cause } from './cause.ts';
import { publishedElsewhere } from './published-elsewhere.ts';

export const publishedOnOtherAddress: Cause = {
  id: 'published-on-other-address',
  find: (evidence) => publishedElsewhere(evidence, 'published-on-other-address', null),
};
