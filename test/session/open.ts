/** A file as a session, read to its end. */
import type { Session } from '../../src/session/model.ts';
import { openReplay, type ReplayOptions } from '../../src/session/replay.ts';

export async function openFile(file: string, more: Partial<ReplayOptions> = {}): Promise<Session> {
  const session = await openReplay({
    ...{ files: [file], rules: [], filter: '', numeric: false, keepPackets: true },
    ...more,
  });
  await session.ended;
  return session;
}
