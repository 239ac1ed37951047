/** Names that did not resolve: one problem for each name and answer. */
import type { Flow, FlowFailure } from '../../flow/model.ts';
import { clientName, type Judge, type Judgement, judgement, placeOf, serverName } from './model.ts';

export const dnsFailed: Judge = ({ flows }) => {
  const flow = flows.find(({ application, failures }) => application === 'dns' && failures !== undefined);
  return (flow?.failures ?? [])
    .map((failure) => failed(failure, flow ?? flows[0]))
    .filter((one) => one !== null);
};

function failed({ code, text, packet }: FlowFailure, flow: Flow | undefined): Judgement | null {
  if (flow === undefined) return null;
  const name = text === '' ? 'a name' : `"${text}"`;
  const server = serverName(flow.destination);
  const client = clientName(flow.source);
  const isMissing = code === 'NXDOMAIN';
  // Nobody needs the name of an address, and most have none.
  const isReverse = /\.(?:in-addr|ip6)\.arpa\.?$/i.test(text);
  const isSilent = code === 'no answer';
  return judgement({
    cause: isMissing ? 'dns-nxdomain' : 'dns-upstream-failing',
    severity: isReverse ? 'info' : 'warning',
    // One query may be the capture's end, or have its answer elsewhere.
    confidence: isSilent && flow.packets.forward < 2 ? 'possible' : 'certain',
    what: `${code} ${text}`,
    summary: isSilent
      ? `${client} asks ${server} for ${name} and gets no answer.`
      : `${client} asks ${server} for ${name} and gets ${code}${isMissing ? ': the name does not exist for it' : ''}.`,
    evidence: [
      { kind: 'dns', where: placeOf(flow), text: `${flow.destination.address}: ${code} for ${text}` },
    ],
    flow,
    packets: packet === 0 ? [] : [packet],
    proof: isSilent ? 'last' : 'none',
  });
}
