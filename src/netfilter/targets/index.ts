/** Every target that is known by name. To add one: its file, and a line here. */
import type { Extension, Target } from '../extension.ts';
import { connmark } from './connmark.ts';
import { ct, notrack } from './ct.ts';
import { dnat } from './dnat.ts';
import { log } from './log.ts';
import { mark } from './mark.ts';
import { masquerade } from './masquerade.ts';
import { redirect } from './redirect.ts';
import { reject } from './reject.ts';
import { snat } from './snat.ts';
import { accept, drop, giveBack, queue } from './verdicts.ts';

export const targets: readonly Extension<Target>[] = [
  accept,
  connmark,
  ct,
  dnat,
  drop,
  giveBack,
  log,
  mark,
  masquerade,
  notrack,
  queue,
  redirect,
  reject,
  snat,
];
