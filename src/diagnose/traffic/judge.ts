/** From a conversation to its problems: the first judge that finds something has the root of what the others see. */
import type { Connection, Flow } from '../../flow/model.ts';
import { halfOpen, lostAnswer, refused, rejected, unanswered } from './handshake.ts';
import type { Conversation, Judge, Judgement } from './model.ts';
import { dnsFailed } from './names.ts';
import { noAnswer, serviceRefused, tlsFailed } from './services.ts';
import { reset, slow, tooLarge } from './transfer.ts';

const judges: readonly Judge[] = [
  rejected,
  refused,
  lostAnswer,
  dnsFailed,
  unanswered,
  halfOpen,
  tlsFailed,
  serviceRefused,
  noAnswer,
  tooLarge,
  slow,
  reset,
];

/** Null where the flows are not held any more. */
export function conversationOf(
  connection: Connection,
  flowOf: (id: number) => Flow | undefined,
): Conversation | null {
  const flows = connection.path.map(({ flow }) => flowOf(flow)).filter((flow) => flow !== undefined);
  const [first] = flows;
  const last = flows.at(-1);
  return first === undefined || last === undefined ? null : { connection, first, last, flows };
}

export function judge(conversation: Conversation): readonly Judgement[] {
  // Most connections: nothing was noticed of any of their flows.
  if (conversation.connection.problem === '' && conversation.flows.every(isPlain)) return [];
  for (const find of judges) {
    const found = find(conversation);
    if (found.length > 0) return found;
  }
  return [];
}

function isPlain({ failures, error, state, tcp, application }: Flow): boolean {
  return (
    (application === null || tcp?.isMute !== true) &&
    failures === undefined &&
    error === undefined &&
    state !== 'syn-received' &&
    (tcp?.retransmissions ?? 0) === 0 &&
    (tcp?.analysis?.zeroWindowProbe ?? 0) === 0
  );
}
