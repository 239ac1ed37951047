/** IP without a link header. */
import { nextIpVersion } from '../next.ts';
import { defineProtocol } from '../protocol.ts';

/** 101 is LINKTYPE_RAW; 12 and 14 are DLT_RAW as BSD/OS and OpenBSD number it, found in files all the same. */
export const raw = defineProtocol({
  name: 'raw',
  linkTypes: [12, 14, 101],
  step: (walk) => nextIpVersion(walk) ?? walk.malformed(),
});
