/** `-j DNAT` (xt_nat.c). */
import { addressTarget } from './nat-target.ts';

export const dnat = addressTarget('DNAT', 'to-destination', 'dnat', true);
