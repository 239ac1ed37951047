/** `-j SNAT` (xt_nat.c). */
import { addressTarget } from './nat-target.ts';

export const snat = addressTarget('SNAT', 'to-source', 'snat', false);
