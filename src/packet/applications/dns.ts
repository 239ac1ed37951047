/** DNS over UDP and TCP (RFC 1035), multicast DNS (RFC 6762), LLMNR (RFC 4795). */
import { u16 } from '../bytes.ts';
import { type Fields, hex } from '../fields.ts';
import { type Application, hasPort, type Payload } from './application.ts';
import { readName } from './dns-names.ts';
import { describeRecord, recordTypeName } from './dns-records.ts';

const headerLength = 12;
const maxRecords = 128;
const mdnsPort = 5353;
const llmnrPort = 5355;

const responseCodes: Readonly<Record<number, string>> = {
  0: 'No error',
  1: 'Format error',
  2: 'Server failure',
  3: 'No such name',
  4: 'Not implemented',
  5: 'Refused',
  6: 'Name exists',
  7: 'RRset exists',
  8: 'RRset does not exist',
  9: 'Not authoritative',
  10: 'Name out of zone',
};

const operations: Readonly<Record<number, string>> = {
  0: 'Standard query',
  1: 'Inverse query',
  2: 'Server status request',
  4: 'Zone change notification',
  5: 'Dynamic update',
  6: 'DSO',
};

/** Where the message begins: TCP puts two octets of length before it. */
function messageStart(payload: Payload, transport: 'tcp' | 'udp'): number {
  return payload.from + (transport === 'tcp' ? 2 : 0);
}

function recogniseDns(payload: Payload, onPort: boolean, transport: 'tcp' | 'udp'): boolean {
  const start = messageStart(payload, transport);
  if (payload.end - start < headerLength) return false;
  if (transport === 'tcp' && u16(payload.bytes, payload.from) < headerLength) return false;
  const { bytes } = payload;
  const flags = u16(bytes, start + 2);
  const counts = [
    u16(bytes, start + 4),
    u16(bytes, start + 6),
    u16(bytes, start + 8),
    u16(bytes, start + 10),
  ];
  if (operations[(flags >> 11) & 0xf] === undefined || counts.some((count) => count > maxRecords))
    return false;
  if (onPort) return true;
  // Elsewhere only a message whose one question can be read and whose spare bit is 0 counts as DNS.
  if (counts[0] !== 1 || (flags & 0x0040) !== 0 || ((flags & 0x8000) === 0 && counts[1] !== 0)) return false;
  const name = readName(bytes, start, payload.end, start + headerLength);
  if (name.text === null || name.next + 4 > payload.end || !/^[\w.<>-]+$/.test(name.text)) return false;
  const questionClass = u16(bytes, name.next + 2) & 0x7fff;
  return recordTypeName(u16(bytes, name.next)) !== null && (questionClass === 1 || questionClass === 255);
}

function describeDns(fields: Fields, payload: Payload, transport: 'tcp' | 'udp'): void {
  const { bytes, end } = payload;
  const start = messageStart(payload, transport);
  if (transport === 'tcp') fields.number('dns.length', 'Length', payload.from, 2);
  const id = fields.number('dns.id', 'Transaction ID', start, 2, hex(4));
  const flags = fields.has(start + 2, 2) ? u16(bytes, start + 2) : 0;
  const isResponse = (flags & 0x8000) !== 0;
  const operation = operations[(flags >> 11) & 0xf] ?? `Opcode ${(flags >> 11) & 0xf}`;
  const code = flags & 0xf;
  fields.group(
    'dns.flags',
    start + 2,
    2,
    () => {
      fields.flag('dns.flags.response', 'Response', start + 2, 2, 0x8000);
      fields.bits('dns.flags.opcode', 'Opcode', start + 2, 2, 0x7800);
      if (isResponse) fields.flag('dns.flags.authoritative', 'Authoritative', start + 2, 2, 0x0400);
      fields.flag('dns.flags.truncated', 'Truncated', start + 2, 2, 0x0200);
      fields.flag('dns.flags.recdesired', 'Recursion desired', start + 2, 2, 0x0100);
      if (isResponse) {
        fields.flag('dns.flags.recavail', 'Recursion available', start + 2, 2, 0x0080);
        fields.bits(
          'dns.flags.rcode',
          'Reply code',
          start + 2,
          2,
          0xf,
          (value) => `${responseCodes[value] ?? value} (${value})`,
        );
      }
      return `Flags: 0x${flags.toString(16).padStart(4, '0')} ${operation}${isResponse ? ' response' : ''}`;
    },
    flags,
  );
  const questions = fields.number('dns.count.queries', 'Questions', start + 4, 2);
  const answers = fields.number('dns.count.answers', 'Answer RRs', start + 6, 2);
  const authorities = fields.number('dns.count.auth_rr', 'Authority RRs', start + 8, 2);
  const additional = fields.number('dns.count.add_rr', 'Additional RRs', start + 10, 2);

  const said: string[] = [];
  let at = start + headerLength;
  if (questions > 0 && at < end) at = describeQuestions(fields, start, end, at, questions, said);
  const sections = [
    ['Answers', answers],
    ['Authoritative nameservers', authorities],
    ['Additional records', additional],
  ] as const;
  for (const [title, count] of sections) {
    if (count === 0 || at < 0 || at >= end) continue;
    const from = at;
    fields.group('dns.resp', from, end - from, () => {
      for (let index = 0; index < Math.min(count, maxRecords) && at >= 0 && at < end; index++) {
        const record = describeRecord(fields, start, end, at);
        if (record.summary !== '' && title !== 'Additional records') said.push(record.summary);
        at = record.next;
      }
      return title;
    });
  }
  const kind = protocolName(payload);
  fields.title(`${kind === 'DNS' ? 'Domain Name System' : kind} (${isResponse ? 'response' : 'query'})`);
  const problem = isResponse && code !== 0 ? ` ${responseCodes[code] ?? `code ${code}`}` : '';
  fields.summary(
    kind,
    `${operation}${isResponse ? ' response' : ''} ${hex(4)(id)}${problem} ${said.join(' ')}`.trimEnd(),
  );
}

function protocolName(payload: Payload): string {
  if (hasPort(payload, mdnsPort)) return 'MDNS';
  return hasPort(payload, llmnrPort) ? 'LLMNR' : 'DNS';
}

/** Returns the offset behind the questions; -1 when one is malformed. */
function describeQuestions(
  fields: Fields,
  start: number,
  end: number,
  from: number,
  count: number,
  said: string[],
): number {
  let at = from;
  fields.group('dns.qry', from, end - from, () => {
    for (let index = 0; index < Math.min(count, maxRecords) && at >= 0 && at < end; index++) {
      const question = at;
      const name = readName(fields.bytes, start, end, question);
      if (name.text === null) {
        fields.note('dns.qry.name', 'Name: malformed', null, question, end - question);
        at = -1;
        break;
      }
      const text = name.text;
      const next = name.next;
      fields.group('dns.qry.entry', question, next + 4 - question, () => {
        fields.note('dns.qry.name', `Name: ${text}`, text, question, next - question);
        const type = fields.number(
          'dns.qry.type',
          'Type',
          next,
          2,
          (value) => recordTypeName(value) ?? `${value}`,
        );
        fields.number('dns.qry.class', 'Class', next + 2, 2, hex(4));
        const shown = `${recordTypeName(type) ?? type} ${text}`;
        said.push(shown);
        return shown;
      });
      at = next + 4;
    }
    return 'Queries';
  });
  return at;
}

export const dns: Application = {
  name: 'dns',
  transports: ['udp', 'tcp'],
  ports: [53],
  recognise: recogniseDns,
  describe: describeDns,
};

export const mdns: Application = {
  name: 'mdns',
  transports: ['udp'],
  ports: [mdnsPort],
  recognise: (payload, onPort, transport) => onPort && recogniseDns(payload, onPort, transport),
  describe: describeDns,
};

export const llmnr: Application = { ...mdns, name: 'llmnr', ports: [llmnrPort] };
