/** What stands around the ladder: findings with their fix, the packets, the rules, how netscope knows. */
import type { Diagnosis, DiagnosisPacket, DiagnosisRule, Finding } from '../../diagnose/model.ts';
import { methodLines, uncheckedLines } from '../../diagnose/verdict.ts';
import { type Html, html, nothing } from './html.ts';
import { milliseconds } from './ladder.ts';

/** Packets that the table shows; more helps nobody and makes a page that no telephone opens. */
const mostPackets = 200;

export function findings({ findings: list }: Diagnosis): Html {
  if (list.length === 0) return html`<p>Nothing wrong was found.</p>`;
  return html`${list.map((finding, at) => findingCard(finding, at + 1))}`;
}

function findingCard(finding: Finding, number: number): Html {
  const { cause, severity, confidence, summary, evidence, fix, link } = finding;
  const proofs = evidence.map(
    ({ kind, where, text }) =>
      html`<li><span class="soft">${kind}, ${where}:</span> <code>${text}</code></li>`,
  );
  return html`<section class="card finding ${severity}">
<h3>${number}. ${cause} <span class="soft">(${severity}${confidence === 'certain' ? '' : `, ${confidence}`})</span></h3>
<p>${summary}</p>
${proofs.length === 0 ? nothing : html`<p class="label">Evidence</p><ul>${proofs}</ul>`}
${
  fix.length === 0
    ? nothing
    : html`<p class="label">Fix</p><pre tabindex="0"><code>${fix.map(
        (line) => html`${line}
`,
      )}</code></pre>`
}
${link?.startsWith('https://') === true ? html`<p>See <a href="${link}" rel="noreferrer">${link}</a></p>` : nothing}
</section>
`;
}

export function packets({ packets: list, probe }: Diagnosis): Html {
  if (list.length === 0) return html`<p>No packet was captured.</p>`;
  const shown = list.slice(0, mostPackets);
  const whose = probe === null ? 'The newest conversation of the two' : 'The attempt';
  const more = list.length > shown.length ? `; the first ${shown.length} of ${list.length} packets` : '';
  return html`<table><caption>${whose}${more}. Times count from the first packet.</caption>
<thead><tr><th class="number" scope="col">time</th><th class="number" scope="col">delta</th><th scope="col">interface</th><th scope="col">packet</th></tr></thead>
<tbody>${shown.map((packet, at) => packetRow(packet, shown[at - 1]))}</tbody></table>`;
}

function packetRow(packet: DiagnosisPacket, before: DiagnosisPacket | undefined): Html {
  const delta = before === undefined ? '' : `+${milliseconds(packet.deltaUs - before.deltaUs)}`;
  return html`<tr><td class="number"><time datetime="${packet.time}">${milliseconds(packet.deltaUs)}</time></td><td class="number soft">${delta}</td><td class="mono keep">${packet.interface}</td><td class="wide"><span class="soft">${packet.source} → ${packet.destination}</span> ${packet.summary}</td></tr>
`;
}

export function rules({ rules: list }: Diagnosis): Html {
  if (list.length === 0) return html`<p>The packet meets no rule.</p>`;
  const forward = list.filter(({ direction }) => direction === 'forward');
  const back = list.filter(({ direction }) => direction === 'reply');
  return html`${rulesTable('On the way there', forward)}${
    back.length === 0
      ? nothing
      : html`<details><summary>On the way back (${back.length} rules)</summary>${rulesTable('On the way back', back)}</details>`
  }`;
}

function rulesTable(title: string, list: readonly DiagnosisRule[]): Html {
  const stop = list.findIndex(stops);
  return html`<table><caption>${title}, in the order in which they are met${stop !== -1 && stop < list.length - 1 ? '; what stands behind the one that stops the packet would be met without it' : ''}.</caption>
<thead><tr><th scope="col">chain</th><th scope="col">result</th><th class="number" scope="col">counter</th><th scope="col">rule</th></tr></thead>
<tbody>${list.map((rule, at) => ruleRow(rule, stop !== -1 && at > stop))}</tbody></table>`;
}

function counted(packets: number): string {
  return packets === 1 ? '1 packet' : `${packets} packets`;
}

function stops({ result }: DiagnosisRule): boolean {
  return result === 'drop' || result === 'reject';
}

function ruleRow(rule: DiagnosisRule, behind: boolean): Html {
  const { namespace, table, chain, position, result, counter, text } = rule;
  const kind = stops(rule) ? 'stops' : behind ? 'behind' : '';
  const place = position === 0 ? `${table} ${chain} policy` : `${table} ${chain} ${position}`;
  return html`<tr class="${kind}"><td class="keep">${namespace} ${place}</td><td class="result">${result}</td><td class="number">${counter === null ? '' : counted(counter.packets)}</td><td class="wide mono">${text}</td></tr>
`;
}

export function knowing(diagnosis: Diagnosis): Html {
  const items = (lines: readonly string[]) => lines.map((line) => html`<li>${line}</li>`);
  const unchecked = uncheckedLines(diagnosis);
  return html`<ul>${items(methodLines(diagnosis))}</ul>
${unchecked.length === 0 ? nothing : html`<p class="label">Not checked</p><ul>${items(unchecked)}</ul>`}`;
}
