/** `-j REDIRECT`: DNAT to the machine itself: the device's address, or loopback in OUTPUT (nf_nat_redirect.c). */
import { portTarget } from './nat-target.ts';

export const redirect = portTarget('REDIRECT', 'redirect', ['to-port']);
