/** The service answered, and refused. */
import type { Evidence } from '../evidence.ts';
import type { Finding } from '../model.ts';
import type { RefusalCause } from '../refusal-codes.ts';
import { blocker, fromName, toName } from './cause.ts';
import { readRefusal } from './service-answers.ts';

export function refusals(evidence: Evidence, cause: RefusalCause): readonly Finding[] {
  const { probe } = evidence;
  const refusal = probe === null ? null : readRefusal(probe.greeting);
  if (refusal === null || refusal.cause !== cause) return [];
  const { server, code, text } = refusal;
  // A client with the right name or password may get further than netscope, which has neither.
  const certain = probe?.spoke !== true;
  return [
    blocker({
      certain,
      cause,
      summary: `The network is fine: ${toName(evidence)} accepted the connection of ${fromName(evidence)}, and ${server} refused it (${code}): ${text}`,
      evidence: [{ kind: 'packet', where: toName(evidence), text: `${server} ${code}: ${text}` }],
      fix: [],
    }),
  ];
}
