import type { Begun, Session } from './model.ts';

/** The session once it is started; closed where it cannot start. */
export async function opened({ session, start }: Begun): Promise<Session> {
  try {
    await start();
  } catch (error) {
    await session.close();
    throw error;
  }
  return session;
}
