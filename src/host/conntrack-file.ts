/** The connection tracking table as text, for kernels without ctnetlink: /proc/net/nf_conntrack. */
import { readFileSync } from 'node:fs';
import type { ConntrackEntry, ConntrackTuple } from '../snapshot/schema.ts';
import { type ConntrackTable, maximumEntries } from './conntrack.ts';

/** Of the namespace that the thread is in; empty where the kernel tracks nothing. */
export function readConntrackFile(): ConntrackTable {
  let lines: string[];
  try {
    lines = readFileSync('/proc/thread-self/net/nf_conntrack', 'utf8').split('\n');
  } catch {
    return { entries: [], cut: false };
  }
  const entries = lines.slice(0, maximumEntries).flatMap((line) => parseConntrackLine(line) ?? []);
  return { entries, cut: lines.length > maximumEntries + 1 };
}

/**
 * `ipv4 2 tcp 6 431999 ESTABLISHED src=... dst=... sport=... dport=... src=... [ASSURED] mark=0 zone=0 use=2`
 */
export function parseConntrackLine(line: string): ConntrackEntry | undefined {
  const [l3, , , protocol, timeout, state = ''] = line.split(/\s+/);
  if ((l3 !== 'ipv4' && l3 !== 'ipv6') || protocol === undefined) return undefined;
  const original: ConntrackTuple = { source: '', destination: '' };
  const reply: ConntrackTuple = { source: '', destination: '' };
  const packets = { original: 0, reply: 0 };
  const bytes = { original: 0, reply: 0 };
  let counted = false;
  const entry: ConntrackEntry = {
    family: l3 === 'ipv4' ? 'ip' : 'ip6',
    protocol: Number(protocol),
    original,
    reply,
    timeout: Number(timeout),
    status: line.includes('[UNREPLIED]') ? ['unreplied'] : ['seen_reply'],
  };
  if (/^[A-Z_0-9]+$/.test(state)) entry.state = state;
  if (line.includes('[ASSURED]')) entry.status.push('assured');
  let side: 'original' | 'reply' | undefined;
  for (const [, key = '', value = ''] of line.matchAll(/ ([a-z]+)=(\S+)/g)) {
    // Each of the two tuples begins with its source.
    if (key === 'src') side = side === undefined ? 'original' : 'reply';
    const tuple = side === 'reply' ? reply : original;
    if (key === 'src') tuple.source = value;
    else if (key === 'dst') tuple.destination = value;
    else if (key === 'sport') tuple.sourcePort = Number(value);
    else if (key === 'dport') tuple.destinationPort = Number(value);
    else if (key === 'type') tuple.icmpType = Number(value);
    else if (key === 'code') tuple.icmpCode = Number(value);
    else if (key === 'id') tuple.icmpId = Number(value);
    else if (key === 'mark' && value !== '0') entry.mark = Number(value);
    else if (key === 'zone' && value !== '0') entry.zone = Number(value);
    else if (key === 'packets' || key === 'bytes') {
      counted = true;
      (key === 'packets' ? packets : bytes)[side ?? 'original'] = Number(value);
    }
  }
  if (counted) Object.assign(entry, { packets, bytes });
  return entry;
}
