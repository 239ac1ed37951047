import { addressingFaults } from './addressing.ts';
import type { Fault } from './fault.ts';
import { linkFaults } from './links.ts';
import { nameFaults } from './names.ts';
import { ruleFaults } from './rules.ts';
import { serviceFaults } from './services.ts';
import { stateFaults } from './state.ts';

/** Every fault that the lab can make, in the catalogue's order. */
export const faults: readonly Fault[] = [
  ...ruleFaults,
  ...addressingFaults,
  ...nameFaults,
  ...linkFaults,
  ...stateFaults,
  ...serviceFaults,
];
