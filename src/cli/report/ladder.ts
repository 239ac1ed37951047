/** The way as a ladder: a box for each namespace, its hops below each other, and where the packet was last seen. */
import type { Diagnosis, DiagnosisHop, HopStatus } from '../../diagnose/model.ts';
import { hopTimes } from '../../diagnose/packets.ts';
import { type Html, html, nothing } from './html.ts';

const words: Readonly<Record<HopStatus, string>> = {
  ok: 'passes',
  blocked: 'blocked',
  unknown: 'not known',
  'not-reached': 'not reached',
};

const statuses = ['ok', 'blocked', 'unknown', 'not-reached'] as const;

/** 20x20, drawn in the colour of their state; each has a shape of its own. */
const shapes: Readonly<Record<HopStatus, Html>> = {
  ok: html`<circle cx="10" cy="10" r="9" fill="currentColor"/><path d="M5.5 10.5l3 3 6-6.5" fill="none" stroke="var(--card)" stroke-width="2.2" stroke-linecap="round" stroke-linejoin="round"/>`,
  blocked: html`<path d="M6 1h8l5 5v8l-5 5H6l-5-5V6z" fill="currentColor"/><path d="M6.5 6.5l7 7m0-7l-7 7" stroke="var(--card)" stroke-width="2.2" stroke-linecap="round"/>`,
  unknown: html`<path d="M10 1l9.5 17.5H.5z" fill="currentColor"/><path d="M10 7v5.5m0 2.6v.2" stroke="var(--card)" stroke-width="2.2" stroke-linecap="round"/>`,
  'not-reached': html`<circle cx="10" cy="10" r="8" fill="none" stroke="currentColor" stroke-width="2" stroke-dasharray="3 3"/>`,
};

export function ladder({ path, lastSeenAt, packets }: Diagnosis): Html {
  const forward = path.filter(({ direction }) => direction === 'forward');
  const back = path.filter(({ direction }) => direction === 'reply');
  const times = hopTimes(packets);
  const open = back.some(({ status }) => status === 'blocked') ? html` open` : nothing;
  const used = statuses.filter((status) => path.some((hop) => hop.status === status));
  const legend = used.map((status) => html`<li class="${status}">${symbol(status, '')}${words[status]}</li>`);
  return html`<ul class="legend soft">${legend}</ul>${boxes(forward, lastSeenAt, times)}${
    back.length === 0
      ? nothing
      : html`<details${open}><summary>The way back (${back.length} hops)</summary>${boxes(back, null, new Map())}</details>`
  }`;
}

function boxes(
  hops: readonly DiagnosisHop[],
  lastSeenAt: string | null,
  times: ReadonlyMap<string, number>,
): Html {
  const groups: DiagnosisHop[][] = [];
  for (const hop of hops) {
    const group = groups.at(-1);
    if (group !== undefined && group[0]?.namespace === hop.namespace) group.push(hop);
    else groups.push([hop]);
  }
  const last = hops.findLast(({ kind }) => kind === 'link');
  const items = groups.map((group, at) => {
    const namespace = group[0]?.namespace ?? null;
    const title = namespace === null ? nothing : html`<h3>${namespace}</h3>`;
    const gap = at === 0 ? nothing : html`<div class="gap"></div>`;
    return html`<li>${gap}<div class="place">${title}<ol>${group.map((hop) => hopItem(hop, hop === last, lastSeenAt, times))}</ol></div></li>`;
  });
  return html`<ol class="way">${items}</ol>`;
}

function hopItem(
  hop: DiagnosisHop,
  arrived: boolean,
  lastSeenAt: string | null,
  times: ReadonlyMap<string, number>,
): Html {
  const { status, evidence } = hop;
  const time = hop.kind === 'link' ? times.get(hop.hop) : undefined;
  const after =
    time === undefined || time === 0 ? nothing : html` <span class="soft">+${milliseconds(time)}</span>`;
  const seen =
    hop.kind === 'link' && hop.hop === lastSeenAt
      ? html`<div><span class="seen">${arrived ? 'the packet arrived here' : 'the packet was last seen here'}</span></div>`
      : nothing;
  const text = evidence === '' ? nothing : html`<div class="evidence">${evidence}</div>`;
  return html`<li class="hop ${status}">${symbol(status, words[status])}<div><span class="name">${nameOf(hop)}</span> <span class="soft">${whatOf(hop)}</span>${after}${text}${seen}</div></li>`;
}

/** `label` is what it is called to those who do not see it; empty where the word stands next to it. */
function symbol(status: HopStatus, label: string): Html {
  const name = label === '' ? html`aria-hidden="true"` : html`role="img" aria-label="${label}"`;
  return html`<span class="state"><svg viewBox="0 0 20 20" width="20" height="20" ${name}>${shapes[status]}</svg></span>`;
}

/** Without what the box, the heading and the name say already. */
function whatOf({ what }: DiagnosisHop): string {
  return what.replace(/^back: /, '').replace(/: route and rules$/, '');
}

/** Within the box of its namespace an interface needs only its own name. */
function nameOf({ kind, interface: device, hop }: DiagnosisHop): string {
  switch (kind) {
    case 'link':
      return device ?? hop;
    case 'rules':
      return 'route and rules';
    case 'listener':
      return 'socket';
    case 'name':
    case 'end':
      return hop;
  }
}

export function milliseconds(microseconds: number): string {
  const value = microseconds / 1000;
  return `${value < 10 ? value.toFixed(3) : value < 1000 ? value.toFixed(1) : value.toFixed(0)} ms`;
}
