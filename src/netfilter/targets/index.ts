/** Every target that is known by name. To add one: its file, and a line here. */
import type { Extension, Target } from '../extension.ts';
import {
  audit,
  checksum,
  classify,
  connsecmark,
  idletimer,
  led,
  nflog,
  rateest,
  secmark,
  set,
  tcpmss,
  tcpoptstrip,
  tee,
  trace,
} from './bookkeeping.ts';
import { connmark } from './connmark.ts';
import { ct, notrack } from './ct.ts';
import { dnat } from './dnat.ts';
import { dscp, ecn, hl, tos, ttl } from './header-fields.ts';
import { hmark } from './hmark.ts';
import { log } from './log.ts';
import { mark } from './mark.ts';
import { masquerade } from './masquerade.ts';
import { netmap } from './netmap.ts';
import { nfqueue } from './nfqueue.ts';
import { dnpt, snpt } from './prefix-translation.ts';
import { redirect } from './redirect.ts';
import { reject } from './reject.ts';
import { snat } from './snat.ts';
import { synproxy } from './synproxy.ts';
import { tproxy } from './tproxy.ts';
import { accept, drop, giveBack, queue } from './verdicts.ts';

export const targets: readonly Extension<Target>[] = [
  accept,
  audit,
  checksum,
  classify,
  connmark,
  connsecmark,
  ct,
  dnat,
  dnpt,
  drop,
  dscp,
  ecn,
  giveBack,
  hl,
  hmark,
  idletimer,
  led,
  log,
  mark,
  masquerade,
  netmap,
  nflog,
  nfqueue,
  notrack,
  queue,
  rateest,
  redirect,
  reject,
  secmark,
  set,
  snat,
  snpt,
  synproxy,
  tcpmss,
  tcpoptstrip,
  tee,
  tos,
  tproxy,
  trace,
  ttl,
];
