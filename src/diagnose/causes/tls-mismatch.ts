/** One side speaks TLS and the other does not, or TLS was refused with an alert: in the attempt, or in clients' own traffic. */
import type { Evidence } from '../evidence.ts';
import type { Finding } from '../model.ts';
import { type Spoken, spokenOn } from '../spoken.ts';
import { blocker, type Cause, fromName, once, toName } from './cause.ts';
import { firstOctets, readTls, type TlsStart } from './tls-start.ts';

export const tlsMismatch: Cause = {
  id: 'tls-mismatch',
  find: (evidence) =>
    once([...ofAttempt(evidence), ...spokenOn(evidence).flatMap((one) => mismatch(evidence, one))]),
};

/** What the attempt said because TO asked for it (`https://web`), and what came back. */
function ofAttempt(evidence: Evidence): readonly Finding[] {
  const { probe, target } = evidence;
  if (probe?.outcome !== 'connected' || target.speaks === null) return [];
  if (probe.greeting.length === 0 && !probe.closed) return [];
  if (target.speaks === 'http' && probe.greeting.length === 0) return [silentEnd(evidence)];
  return mismatch(evidence, {
    place: evidence.fromEnd.given,
    client: fromName(evidence),
    fromClient: target.speaks === 'tls' ? tlsRecord : Buffer.from(plainRequest),
    fromServer: probe.greeting,
    isReset: probe.closed && probe.greeting.length === 0,
  });
}

/** OpenSSL ends what does not begin with a record without a word; others may do so for reasons of their own. */
function silentEnd(evidence: Evidence): Finding {
  const [client, server] = [fromName(evidence), toName(evidence)];
  return blocker({
    certain: false,
    cause: 'tls-mismatch',
    summary: `${client} reaches ${server}, which ends the connection without a word when plain text is spoken to it, as servers of TLS do.`,
    evidence: [{ kind: 'packet', where: server, text: `closed after "${plainRequest}"` }],
    fix: [],
  });
}

const plainRequest = 'HEAD / HTTP/1.0';

/** The head of a handshake record. */
const tlsRecord = Uint8Array.of(22, 3, 1, 0, 1, 1);

function mismatch(
  evidence: Evidence,
  { place, client, fromClient, fromServer, isReset }: Spoken,
): readonly Finding[] {
  const [asked, answered] = [readTls(fromClient), readTls(fromServer)];
  const server = toName(evidence);
  const port = evidence.service?.port ?? evidence.target.port;
  const said = fromServer.length === 0 ? 'it closed the connection' : firstOctets(fromServer);
  const text = summaryOf({ asked, answered, isReset, said, client, server, port, fromServer });
  if (text === null) return [];
  return [
    blocker({
      cause: 'tls-mismatch',
      summary: text,
      evidence: [
        { kind: 'packet', where: place, text: `${client} begins with ${firstOctets(fromClient)}` },
        { kind: 'packet', where: place, text: `${server} answers: ${said}` },
      ],
      fix: [],
    }),
  ];
}

/** What servers of HTTPS answer to plain HTTP (nginx, Apache, Go). */
const wantsTls = /HTTPS port|HTTP request to an HTTPS|speaking plain HTTP to an SSL/i;

interface Said {
  readonly asked: TlsStart | null;
  readonly answered: TlsStart | null;
  readonly isReset: boolean;
  readonly said: string;
  readonly client: string;
  readonly server: string;
  readonly port: number | null;
  readonly fromServer: Uint8Array;
}

function summaryOf({
  asked,
  answered,
  isReset,
  said,
  client,
  server,
  port,
  fromServer,
}: Said): string | null {
  const fine = `The network is fine: ${client} reaches ${server} port ${port}, but`;
  if (answered?.alert?.isFatal === true)
    return `${fine} TLS ends with the alert "${answered.alert.name}" (${answered.alert.code}) of ${server}.`;
  if (asked?.alert?.isFatal === true)
    return `${fine} ${client} ends TLS with the alert "${asked.alert.name}" (${asked.alert.code}).`;
  if (asked !== null && answered === null && (fromServer.length > 0 || isReset))
    return `${fine} it speaks TLS, and ${server} answers in plain text or not at all (${said}).`;
  if (asked === null && (answered !== null || wantsTls.test(Buffer.from(fromServer).toString('latin1'))))
    return `${fine} it speaks plain text, and ${server} speaks TLS (${said}).`;
  return null;
}
