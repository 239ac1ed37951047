/** What many failed connections to one server say together. */
import type { Finding } from '../model.ts';
import { type Judgement, serverName } from './model.ts';

/** Connections that make a flood of SYNs, where nobody goes on with any. */
const flood = 100;

/** @param answered connections of the same client to the same socket that were answered meanwhile. */
export function queueFinding(
  { cause, severity, flow, evidence, summary }: Judgement,
  answered: number,
): Finding | null {
  if (cause !== 'no-answer' || severity !== 'blocker' || flow.protocol !== 'tcp' || answered === 0)
    return null;
  return {
    cause: 'accept-queue-full',
    severity,
    confidence: 'possible',
    summary: `${summary} Others of the same client were answered at the same time (${answered}): its accept queue may be full, so that the kernel drops the SYNs.`,
    evidence,
    fix: [],
  };
}

/** @param clients so many that they are not told apart any more. */
export function floodFinding(
  { cause, flow, evidence }: Judgement,
  count: number,
  manyClients: boolean,
): Finding | null {
  if (!manyClients || count < flood || (cause !== 'no-answer' && cause !== 'handshake-incomplete'))
    return null;
  return {
    cause: 'syn-flood',
    severity: 'warning',
    confidence: 'possible',
    summary: `${serverName(flow.destination)} gets SYNs from many addresses (${count}) that do not go on: a flood, or a scan with false sources.`,
    evidence,
    fix: [],
  };
}
