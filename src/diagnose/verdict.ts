/** A diagnosis in words: the answer in one sentence, how netscope knows it, and what it did not look at. */
import type { Diagnosis, Finding } from './model.ts';

export function verdictText(reachable: boolean | null): string {
  if (reachable === null) return 'not known';
  return reachable ? 'reachable' : 'NOT reachable';
}

const how = { state: "the host's state", probe: 'one real attempt', capture: 'its packets on every hop' };

/** What was looked at, where nothing was found. */
export function summaryLine({ methods, path }: Diagnosis): string {
  const looked = methods.map((method) => how[method]);
  const all = looked.length > 1 ? `${looked.slice(0, -1).join(', ')} and ${looked.at(-1)}` : looked.join('');
  return `Nothing wrong was found in ${all} (${path.length} hops).`;
}

/** The first thing to know: what is wrong, or that nothing is. */
export function verdictSentence(diagnosis: Diagnosis): string {
  const { findings, reachable } = diagnosis;
  const worst: Finding | undefined =
    findings.find(({ severity }) => severity === 'blocker') ??
    (reachable === true ? undefined : findings.find(({ severity }) => severity === 'warning'));
  if (worst !== undefined) return worst.summary;
  const attempt = attemptText(diagnosis);
  return `${attempt}${attempt === '' ? '' : ' '}${summaryLine(diagnosis)}`;
}

function attemptText({ probe, packets }: Diagnosis): string {
  if (probe === null) return '';
  const { outcome, error, milliseconds } = probe;
  const time = milliseconds < 10 ? milliseconds.toFixed(1) : milliseconds.toFixed(0);
  switch (outcome) {
    case 'connected':
      return `The attempt connected in ${handshakeTime(packets) ?? time} ms.`;
    case 'answered':
      return `The attempt was answered in ${time} ms.`;
    case 'refused':
      return `The attempt was refused after ${time} ms.`;
    case 'no-answer':
      return `The attempt had no answer in ${time} ms.`;
    case 'unreachable':
    case 'failed':
      return `The attempt failed after ${time} ms${error === null ? '' : ` (${error})`}.`;
  }
}

/** From the SYN to its answer on the first hop, in milliseconds: the attempt itself is asked every few of them only. */
function handshakeTime(packets: Diagnosis['packets']): string | null {
  const syn = packets.find(({ kind }) => kind === 'syn');
  const answer = packets.find(({ kind, interface: place }) => kind === 'syn-ack' && place === syn?.interface);
  if (syn === undefined || answer === undefined) return null;
  return ((answer.deltaUs - syn.deltaUs) / 1000).toFixed(2);
}

/** A line for each way in which netscope knows. */
export function methodLines(diagnosis: Diagnosis): readonly string[] {
  return diagnosis.methods.map((method) => methodLine(method, diagnosis));
}

function methodLine(method: Diagnosis['methods'][number], diagnosis: Diagnosis): string {
  const { path, rules, probe, packets, host } = diagnosis;
  switch (method) {
    case 'state': {
      const name = host.hostname === '' ? 'the host' : `the host ${host.hostname}`;
      return `State: netscope read links, routes, neighbours, rules, sysctls and sockets of ${name}, and led a packet over the ${path.length} hops of the way there and back; it met ${rules.length} rules.`;
    }
    case 'probe':
      return `Attempt: ${attemptText(diagnosis)}`;
    case 'capture': {
      const hops = new Set(packets.map((packet) => packet.interface)).size;
      const whose = probe === null ? 'the newest conversation of the two' : 'the attempt';
      return `Capture: ${packets.length} packets of ${whose} were seen on ${hops} interfaces.`;
    }
  }
}

/** What the answer does not rest on, and what it does not cover. */
export function uncheckedLines({ methods, beyond, from, to }: Diagnosis): readonly string[] {
  const lines: string[] = [];
  if (!methods.includes('probe')) {
    lines.push(
      from.kind === 'external'
        ? 'Nothing was sent: a client outside cannot be made to.'
        : to.address === null
          ? 'No attempt was made: there is no address to try.'
          : 'No attempt was made: this is the state of the host, not a try.',
    );
  }
  if (!methods.includes('capture')) lines.push('No packet of the two was seen on the way.');
  return [...lines, ...beyond];
}
