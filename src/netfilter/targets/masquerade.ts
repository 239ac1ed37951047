/** `-j MASQUERADE`: SNAT to the address of the device that the packet leaves by (nf_nat_masquerade.c). */
import { portTarget } from './nat-target.ts';

export const masquerade = portTarget('MASQUERADE', 'masquerade');
