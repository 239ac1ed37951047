/**
 * Rows of the table in docs/netfilter.md that semantics/ does not name, one test a row: what the kernel was seen
 * to do. kernel/against-kernel.test.ts asks the kernel itself.
 */
import { describe, expect, it } from 'vitest';
import { createEvaluator } from '../../src/netfilter/evaluate.ts';
import type { Evaluation } from '../../src/netfilter/model.ts';
import { parsePacketSpec } from '../../src/netfilter/packet-spec.ts';
import { parseDump } from '../../src/netfilter/parse/dump.ts';
import type { ConntrackEntry } from '../../src/snapshot/schema.ts';
import { router } from './kernel/world.ts';

interface Setting {
  /** By table: the rules. */
  readonly rules: Readonly<Record<string, readonly string[]>>;
  readonly packet: string;
  /** Absent: sent by the router itself. */
  readonly in?: string;
  readonly conntrack?: readonly ConntrackEntry[];
}

function evaluate({ rules, packet, in: device, conntrack }: Setting): Evaluation {
  const spec = parsePacketSpec(packet);
  const text = Object.entries(rules).map(([table, lines]) => `*${table}\n${lines.join('\n')}\nCOMMIT\n`);
  const { tables, errors } = parseDump(text.join(''), { backend: 'iptables-nft', family: spec.family });
  expect(errors).toEqual([]);
  const namespace = { ...router({ bridgeNf: true }), conntrack: [...(conntrack ?? [])] };
  return createEvaluator(namespace, tables, 'r').evaluate({ packet: spec, in: device ?? null });
}

/** Positions of the rules that matched in the one chain that has rules. */
function matched(setting: Setting): readonly number[] {
  return evaluate(setting).steps.flatMap(({ result, position }) => (result === 'match' ? [position] : []));
}

const fromA = { packet: 'tcp 10.1.0.2:40000 > 10.2.0.2:80', in: 'ra' };
const tracking = '-A PREROUTING -m conntrack --ctstate NEW';

describe('netfilter.md', () => {
  it('retransmitted SYN: dropped the first time, there is no entry, and nat is evaluated again', () => {
    const rules = {
      nat: ['-A PREROUTING -p tcp -j DNAT --to-destination 10.3.0.11'],
      filter: ['-A FORWARD -j DROP'],
    };
    for (let time = 0; time < 2; time++) expect(matched({ ...fromA, rules })).toEqual([1, 1]);
  });

  it('UNTRACKED: no conntrack entry, so no nat', () => {
    const rules = {
      raw: ['-A PREROUTING -j CT --notrack'],
      mangle: ['-A FORWARD -m conntrack --ctstate UNTRACKED'],
      nat: ['-A POSTROUTING -j MASQUERADE'],
    };
    expect(evaluate({ ...fromA, rules })).toMatchObject({
      packet: { source: '10.1.0.2:40000' },
      steps: [{ result: 'match' }, { result: 'match' }],
    });
  });

  it('devices in POSTROUTING: -i for routed packets, none for bridged or local ones', () => {
    const mangle = ['-A POSTROUTING -j user', '-A user -i ra', '-A user ! -i ra'];
    const rules = { mangle: [':user - [0:0]', ...mangle] };
    expect(matched({ ...fromA, rules })).toEqual([1, 1]);
    expect(matched({ rules, packet: 'tcp 10.1.0.1:40000 > 10.2.0.2:80' })).toEqual([1, 2]);
    expect(matched({ rules, packet: 'tcp 10.3.0.11:40000 > 10.3.0.12:80', in: 'p1' })).toEqual([1, 2]);
  });

  it('a packet to oneself: OUTPUT, POSTROUTING, PREROUTING, INPUT', () => {
    const chains = ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'];
    const rules = { mangle: chains.map((chain) => `-A ${chain} -p tcp`) };
    const { steps } = evaluate({ rules, packet: 'tcp 10.1.0.1:40000 > 10.2.0.1:80' });
    expect(steps.map(({ chain }) => chain)).toEqual(['OUTPUT', 'POSTROUTING', 'PREROUTING', 'INPUT']);
  });

  it('no conntrack entry: connmark never matches, ctstate alone is looked at, ctorigdstport of ICMP is its type', () => {
    const untracked = '-A PREROUTING -j CT --notrack';
    const tests = [
      '-A FORWARD -m connmark --mark 0x0',
      '-A FORWARD -m connmark ! --mark 0x0',
      '-A FORWARD -m conntrack --ctstate UNTRACKED --ctorigdst 192.0.2.1',
    ];
    expect(matched({ ...fromA, rules: { raw: [untracked], filter: tests } })).toEqual([1, 3]);
    const echo = { packet: 'icmp 10.1.0.2 > 10.2.0.2', in: 'ra' };
    const ports = [
      '-A FORWARD -m conntrack --ctorigdstport 2048',
      '-A FORWARD -m conntrack --ctorigdstport 8',
    ];
    expect(matched({ ...echo, rules: { mangle: [tracking], filter: ports } })).toEqual([1, 1]);
  });

  it('physdev: without bridge information it matches if every option is negated', () => {
    const filter = [
      '-A FORWARD -m physdev ! --physdev-in p1',
      '-A FORWARD -m physdev --physdev-in p1',
      '-A FORWARD -m physdev ! --physdev-is-bridged',
    ];
    expect(matched({ ...fromA, rules: { filter } })).toEqual([1, 3]);
  });

  it('IPv6: addrtype UNICAST includes local addresses', () => {
    const filter = ['-A INPUT -m addrtype --dst-type UNICAST', '-A INPUT -m addrtype --dst-type LOCAL'];
    const six = { packet: 'tcp [fd00:1::2]:40000 > [fd00:1::1]:80', in: 'ra' };
    expect(matched({ ...six, rules: { filter } })).toEqual([1, 2]);
    const four = { packet: 'tcp 10.1.0.2:40000 > 10.1.0.1:80', in: 'ra' };
    expect(matched({ ...four, rules: { filter } })).toEqual([2]);
  });

  it('addrtype: the FIB type in the packet’s own namespace, 127/8 too', () => {
    const mangle = [
      '-A OUTPUT -m addrtype --dst-type LOCAL',
      '-A OUTPUT -m addrtype --dst-type BLACKHOLE',
      '-A OUTPUT -m addrtype --dst-type UNICAST',
    ];
    expect(matched({ rules: { mangle }, packet: 'tcp 127.0.0.1:1 > 127.9.9.9:80' })).toEqual([1]);
    expect(matched({ rules: { mangle }, packet: 'tcp 10.1.0.1:1 > 10.2.0.2:80' })).toEqual([3]);
  });

  it('MASQUERADE on lo: takes the first global address', () => {
    const nat = ['-A POSTROUTING -o lo -j MASQUERADE'];
    const { translations } = evaluate({ rules: { nat }, packet: 'tcp 127.0.0.1:4000 > 127.0.0.1:80' });
    expect(translations).toMatchObject([{ kind: 'masquerade', to: '10.3.0.1:4000' }]);
  });

  it('MASQUERADE: the address of the device that the next hop is near to', () => {
    const nat = ['-A POSTROUTING -j MASQUERADE'];
    expect(evaluate({ ...fromA, rules: { nat } }).packet.source).toBe('10.2.0.1:40000');
  });

  it('source port: one that is taken is moved within its range, also where no rule translates', () => {
    const taken: ConntrackEntry = {
      family: 'ip',
      protocol: 6,
      original: { source: '10.3.0.11', destination: '10.2.0.2', sourcePort: 40000, destinationPort: 80 },
      reply: { source: '10.2.0.2', destination: '10.1.0.2', sourcePort: 80, destinationPort: 40000 },
      state: 'ESTABLISHED',
      status: ['assured', 'seen_reply', 'confirmed'],
    };
    const rules = { nat: ['-A POSTROUTING -o lo -j MASQUERADE'] };
    const { translations } = evaluate({ ...fromA, rules, conntrack: [taken] });
    expect(translations).toMatchObject([
      { kind: 'snat', from: '10.1.0.2:40000', to: '10.1.0.2:1024-65535', rule: null },
    ]);
  });

  it('a range of addresses: the same client gets the same one, in the range', () => {
    const source = (port: number, flags = '') =>
      evaluate({
        rules: { nat: [`-A POSTROUTING -j SNAT --to-source 198.51.100.1-198.51.100.200${flags}`] },
        packet: `tcp 10.1.0.2:${port} > 10.2.0.2:80`,
        in: 'ra',
      });
    const [first, second] = [source(40000), source(50000)].map(({ packet }) => packet.source.split(':')[0]);
    expect(first).toMatch(/^198\.51\.100\.\d+$/);
    expect(second).toBe(first);
    expect(source(40000).outcomes).toHaveLength(1);
    expect(source(40000, ' --persistent').packet.source).toMatch(/^198\.51\.100\.\d+:40000$/);
  });

  it('accept: ends that base chain only', () => {
    const rules = { mangle: ['-A FORWARD -j ACCEPT'], filter: ['-A FORWARD -j DROP'] };
    expect(evaluate({ ...fromA, rules }).verdict).toBe('drop');
  });

  it('no rules, no tracking: without a rule that needs it, nothing is NEW', () => {
    expect(matched({ ...fromA, rules: { filter: ['-A FORWARD -m state --state NEW'] } })).toEqual([1]);
    const nat = { nat: ['-A PREROUTING -j ACCEPT', '-A POSTROUTING -j ACCEPT'] };
    expect(matched({ ...fromA, rules: nat })).toEqual([]);
  });
});
