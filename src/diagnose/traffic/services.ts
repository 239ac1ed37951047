/** The service answered, and said no. */
import type { Flow, FlowFailure } from '../../flow/model.ts';
import type { Finding } from '../model.ts';
import { refusalCause } from '../refusal-codes.ts';
import { clientName, type Judge, type Judgement, judgement, placeOf, serverName } from './model.ts';

interface Meaning {
  readonly cause: string;
  readonly severity: Finding['severity'];
}

const denied: Meaning = { cause: 'db-access-denied', severity: 'blocker' };
const full: Meaning = { cause: 'db-too-many-connections', severity: 'blocker' };
const failing: Meaning = { cause: 'service-error', severity: 'warning' };

function meaningOf({ application, code, text, isProblem }: FlowFailure): Meaning | null {
  switch (application) {
    case 'postgresql':
    case 'mysql':
    case 'redis':
    case 'mongodb': {
      const cause = refusalCause(application, code);
      if (cause !== null) return { cause, severity: 'blocker' };
      if (application === 'mongodb') return failing;
      if (application === 'redis') return { ...failing, severity: isProblem ? 'warning' : 'info' };
      return { ...failing, severity: 'blocker' };
    }
    case 'memcached':
      if (code === 'max connections') return full;
      return /unauthenticated|authentication/i.test(text)
        ? denied
        : { ...failing, severity: isProblem ? 'warning' : 'info' };
    case 'http':
      return { cause: 'http-error', severity: 'info' };
    default:
      return null;
  }
}

const names: Readonly<Record<string, string>> = {
  postgresql: 'PostgreSQL',
  mysql: 'MySQL',
  redis: 'Redis',
  mongodb: 'MongoDB',
  memcached: 'Memcached',
  http: 'HTTP',
};

/** One problem for a connection: what was said first, of that which matters most. */
export const serviceRefused: Judge = ({ flows }) => {
  for (const flow of flows) {
    const failure = flow.failures?.find(({ isProblem }) => isProblem) ?? flow.failures?.[0];
    const meaning = failure === undefined || failure.code === 'mismatch' ? null : meaningOf(failure);
    if (failure !== undefined && meaning !== null) return [refusal(flow, failure, meaning)];
  }
  return [];
};

function refusal(flow: Flow, failure: FlowFailure, { cause, severity }: Meaning): Judgement {
  const { application, code, text, packet } = failure;
  const server = names[application] ?? application;
  // Redis and memcached begin their texts with the code.
  const named = text.startsWith(code) ? text.slice(code.length).trim() : text;
  const said = `${server} ${code}${named === '' ? '' : `: ${named}`}`;
  const from = clientName(flow.source);
  const to = serverName(flow.destination);
  const verb = cause === 'http-error' ? 'answers' : cause === 'service-error' ? 'fails' : 'refuses';
  const network = severity === 'blocker' ? 'The network is fine: ' : '';
  return judgement({
    cause,
    severity,
    // Text that names the client's address or a process would make each connection a problem of its own.
    what: `${application} ${code}`,
    summary: `${network}${to} ${verb} ${from} with ${said}`,
    evidence: [{ kind: 'packet', where: placeOf(flow), text: said }],
    flow,
    packets: packet === 0 ? [] : [packet],
  });
}

/** One side speaks TLS and the other does not, or one of them gave the handshake up. */
export const tlsFailed: Judge = ({ flows }) => {
  for (const flow of flows) {
    const failure = flow.failures?.find(
      ({ application, code }) => code === 'mismatch' || application === 'tls',
    );
    if (failure === undefined) continue;
    const { code, text, packet } = failure;
    const from = clientName(flow.source);
    const to = serverName(flow.destination);
    const said =
      code === 'mismatch'
        ? `${text}: ${from} and ${to} do not understand each other`
        : `The TLS handshake of ${from} with ${to} fails, says the ${text} (${code})`;
    return [
      judgement({
        cause: 'tls-mismatch',
        severity: 'blocker',
        what: `${code} ${text}`,
        summary: `${said.charAt(0).toUpperCase()}${said.slice(1)}.`,
        evidence: [
          { kind: 'packet', where: placeOf(flow), text: code === 'mismatch' ? text : `TLS ${code}, ${text}` },
        ],
        flow,
        packets: packet === 0 ? [] : [packet],
        proof: 'first',
      }),
    ];
  }
  return [];
};

/** The server ended the connection without a word: it did not understand what it was sent. */
export const noAnswer: Judge = ({ last }) => {
  const { application, state, tcp, source, destination } = last;
  const isOver = state === 'closed' || state === 'reset';
  if (!isOver || tcp?.isMute !== true || (application !== 'tls' && application !== 'http')) return [];
  const from = clientName(source);
  const to = serverName(destination);
  const asked = application === 'tls' ? 'the TLS handshake that' : 'the HTTP request that';
  const meaning = application === 'tls' ? ': it may not speak TLS' : ': it may speak TLS, or fail';
  return [
    judgement({
      cause: application === 'tls' ? 'tls-mismatch' : 'service-error',
      severity: 'warning',
      confidence: 'possible',
      what: 'mute',
      summary: `${to} does not answer ${asked} ${from} begins, until the connection ends${meaning}.`,
      evidence: [
        {
          kind: 'packet',
          where: placeOf(last),
          text: `${application} from the client, no octet from the server`,
        },
      ],
      flow: last,
      proof: 'first',
    }),
  ];
};
