/** Every match that is known by name. To add one: its file, and a line here. */
import type { Extension, Match } from '../extension.ts';
import { addrtype } from './addrtype.ts';
import { comment } from './comment.ts';
import { connmark } from './connmark.ts';
import { conntrack } from './conntrack.ts';
import { mark } from './mark.ts';
import { physdev } from './physdev.ts';
import { set } from './set.ts';
import { state } from './state.ts';
import { tcp } from './tcp.ts';
import { udp } from './udp.ts';

export const matches: readonly Extension<Match>[] = [
  addrtype,
  comment,
  connmark,
  conntrack,
  mark,
  physdev,
  set,
  state,
  tcp,
  udp,
];
