/** A diagnosis as one page that needs nothing else: no script, no font, no picture from elsewhere. */
import type { Diagnosis, DiagnosisEnd } from '../../diagnose/model.ts';
import { verdictSentence, verdictText } from '../../diagnose/verdict.ts';
import { type Html, html, verbatim } from './html.ts';
import { ladder } from './ladder.ts';
import { findings, knowing, packets, rules } from './sections.ts';
import { styleSheet } from './style.ts';

/** @param version of netscope. */
export function diagnosisPage(diagnosis: Diagnosis, version: string): string {
  const { from, to, reachable, host, time } = diagnosis;
  const state = reachable === null ? 'unknown' : reachable ? 'ok' : 'blocked';
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="generator" content="netscope ${version}">
<title>${from.given} to ${to.given}: ${verdictText(reachable)}</title>
<style>${verbatim(styleSheet)}</style>
</head>
<body>
<header>
<h1>${from.given} to ${to.given} <span class="pill ${state}">${verdictText(reachable)}</span></h1>
<div class="card verdict ${state}"><p>${verdictSentence(diagnosis)}</p></div>
<dl>
<dt>From</dt><dd>${endText(from)}</dd>
<dt>To</dt><dd>${endText(to)}</dd>
<dt>Host</dt><dd>${host.hostname === '' ? 'not known' : host.hostname}${host.kernel === '' ? '' : `, Linux ${host.kernel}`}</dd>
<dt>State of</dt><dd><time datetime="${time}">${time.replace('T', ' ').replace(/\.\d+Z$/, ' UTC')}</time></dd>
</dl>
</header>
<main>
${section('findings', 'Findings', findings(diagnosis))}
${section('way', 'The way', ladder(diagnosis))}
${section('packets', 'Packets', packets(diagnosis))}
${section('rules', 'Rules', rules(diagnosis))}
${section('knowing', 'How netscope knows', knowing(diagnosis))}
</main>
<footer>netscope ${version}. The commands are for a person to read first: netscope changed nothing.</footer>
</body>
</html>
`;
  return page.text;
}

function section(id: string, title: string, body: Html): Html {
  return html`<section aria-labelledby="${id}"><h2 id="${id}">${title}</h2>${body}</section>`;
}

function endText({ given, kind, container, namespace, address, port, protocol }: DiagnosisEnd): string {
  const name = container ?? namespace ?? given;
  const parts = [`${kind} ${name}`, ...(address === null || address === name ? [] : [address])];
  return `${parts.join(', ')}${port === null ? '' : `, ${protocol} port ${port}`}`;
}
