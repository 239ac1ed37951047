/** The database answered, and does not let this client in. */
import type { Cause } from './cause.ts';
import { refusals } from './refusals.ts';

export const dbAccessDenied: Cause = {
  id: 'db-access-denied',
  find: (evidence) => refusals(evidence, 'db-access-denied'),
};
