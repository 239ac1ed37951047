/** Memcached's text protocol: errors that say that the server serves nobody, or not this client. */
import { type Look, textAt } from './follower.ts';

const refusal = /^(?:ERROR (?:Too many open connections)|(?:SERVER_ERROR|CLIENT_ERROR) (.+))/;
/** What is about one command, or one value, and not about the client. */
const ofOneCommand = /bad (?:data chunk|command line)|object too large|line too long|invalid exptime/;

export const lookAtMemcached: Look = (payload) => {
  if (payload.fromSource) return null;
  const text = textAt(payload, payload.from);
  if (!refusal.test(text)) return null;
  const code = text.startsWith('ERROR Too many') ? 'max connections' : (/^\S+/.exec(text)?.[0] ?? '');
  return { note: `memcached ${text}`, code, text, isProblem: !ofOneCommand.test(text) };
};
