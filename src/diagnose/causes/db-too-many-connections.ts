/** The database answered, and has no connection left. */
import type { Cause } from './cause.ts';
import { refusals } from './refusals.ts';

export const dbTooManyConnections: Cause = {
  id: 'db-too-many-connections',
  find: (evidence) => refusals(evidence, 'db-too-many-connections'),
};
