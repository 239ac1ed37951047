/** What a packet meets, row by row of docs/netfilter.md. The rows that the kernel can be asked are asked in kernel/. */
import { describe, expect, it } from 'vitest';
import { createEvaluator, type Evaluator } from '../../src/netfilter/evaluate.ts';
import type { Evaluation } from '../../src/netfilter/model.ts';
import { parsePacketSpec } from '../../src/netfilter/packet-spec.ts';
import { parseDump } from '../../src/netfilter/parse/dump.ts';
import type { ConntrackEntry, NamespaceState } from '../../src/snapshot/schema.ts';
import { router } from './kernel/world.ts';

interface Setting {
  readonly filter?: readonly string[];
  readonly nat?: readonly string[];
  readonly mangle?: readonly string[];
  readonly raw?: readonly string[];
  readonly conntrack?: readonly ConntrackEntry[];
  readonly bridgeNf?: boolean;
  readonly sysctls?: Readonly<Record<string, string>>;
  readonly ipsets?: string;
  readonly hairpin?: boolean;
}

function evaluatorOf(setting: Setting): Evaluator {
  const table = (name: string, lines: readonly string[] | undefined) =>
    lines === undefined ? '' : `*${name}\n${lines.join('\n')}\nCOMMIT\n`;
  const text = ['raw', 'mangle', 'nat', 'filter']
    .map((name) => table(name, setting[name as 'raw' | 'mangle' | 'nat' | 'filter']))
    .join('');
  const { tables, errors } = parseDump(text, { backend: 'iptables-nft', family: 'ip' });
  expect(errors).toEqual([]);
  const base = router({ bridgeNf: setting.bridgeNf ?? true });
  const namespace: NamespaceState = {
    ...base,
    sysctls: { ...base.sysctls, ...setting.sysctls },
    conntrack: [...(setting.conntrack ?? [])],
    links: base.links.map((link) =>
      link.master === undefined ? link : { ...link, port: { hairpin: setting.hairpin ?? false } },
    ),
    ...(setting.ipsets === undefined ? {} : { ipsets: setting.ipsets }),
  };
  return createEvaluator(namespace, tables, 'r');
}

function evaluated(setting: Setting, packet: string, device: string | null): Evaluation {
  return evaluatorOf(setting).evaluate({ packet: parsePacketSpec(packet), in: device });
}

/** `table chain position` of the rules that matched. */
function matched(evaluation: Evaluation): readonly string[] {
  return evaluation.steps
    .filter((step) => step.result === 'match')
    .map((step) => `${step.table} ${step.chain} ${step.position}`);
}

const fromA = 'tcp 10.1.0.2:40000 > ';
const dnat = ['-A PREROUTING -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.3.0.11:8080'];

/** The entry of a connection from A to 10.2.0.1:80 that was translated to C1. */
const entry: ConntrackEntry = {
  family: 'ip',
  protocol: 6,
  original: { source: '10.1.0.2', destination: '10.2.0.1', sourcePort: 40000, destinationPort: 80 },
  reply: { source: '10.3.0.11', destination: '10.1.0.2', sourcePort: 8080, destinationPort: 40000 },
  state: 'ESTABLISHED',
  status: ['assured', 'seen_reply', 'confirmed', 'dst_nat'],
};

describe('hooks and tables', () => {
  it('run in the order of their priorities, filter before nat in INPUT', () => {
    const all = ['-A PREROUTING -j ACCEPT', '-A INPUT -j ACCEPT'];
    const evaluation = evaluated(
      {
        raw: ['-A PREROUTING -j ACCEPT'],
        mangle: all,
        nat: [...all, '-A PREROUTING -j REDIRECT'],
        filter: ['-A INPUT -j ACCEPT'],
      },
      `${fromA}10.1.0.1:80`,
      'ra',
    );
    expect(matched(evaluation)).toEqual([
      'raw PREROUTING 1',
      'mangle PREROUTING 1',
      'nat PREROUTING 1',
      'mangle INPUT 1',
      'filter INPUT 1',
      'nat INPUT 1',
    ]);
  });

  it('tracks no connection, and so runs no nat, where no rule needs it', () => {
    const evaluation = evaluated({ nat: ['-A PREROUTING -j ACCEPT'] }, `${fromA}10.1.0.1:80`, 'ra');
    expect(matched(evaluation)).toEqual([]);
  });

  it('an ACCEPT ends its own base chain only', () => {
    const evaluation = evaluated(
      { raw: ['-A PREROUTING -j ACCEPT'], filter: ['-A FORWARD -j DROP'] },
      `${fromA}10.2.0.2:80`,
      'ra',
    );
    expect(evaluation.verdict).toBe('drop');
    expect(evaluation.why).toBe('DROP by rule 1 of filter FORWARD');
  });

  it('RETURN resumes in the caller, and in a base chain applies the policy', () => {
    const filter = [
      ':FORWARD DROP',
      ':a -',
      '-A FORWARD -j a',
      '-A FORWARD -j RETURN',
      '-A FORWARD -j ACCEPT',
      '-A a -j RETURN',
      '-A a -j ACCEPT',
    ];
    const evaluation = evaluated({ filter }, `${fromA}10.2.0.2:80`, 'ra');
    expect(matched(evaluation)).toEqual(['filter FORWARD 1', 'filter a 1', 'filter FORWARD 2']);
    expect(evaluation.why).toBe('policy DROP of filter FORWARD');
  });

  it('the end of a chain that was gone to returns to the caller of the chain that went', () => {
    const filter = [
      ':a -',
      ':b -',
      '-A FORWARD -j a',
      '-A FORWARD -j ACCEPT',
      '-A a -g b',
      '-A a -j DROP',
      '-A b -j LOG',
    ];
    const evaluation = evaluated({ filter }, `${fromA}10.2.0.2:80`, 'ra');
    expect(matched(evaluation)).toEqual(['filter FORWARD 1', 'filter a 1', 'filter b 1', 'filter FORWARD 2']);
  });

  it('a rule without a target counts and goes on', () => {
    const evaluation = evaluated(
      { filter: ['-A FORWARD -p tcp', '-A FORWARD -j REJECT'] },
      `${fromA}10.2.0.2:80`,
      'ra',
    );
    expect(matched(evaluation)).toEqual(['filter FORWARD 1', 'filter FORWARD 2']);
    expect(evaluation.verdict).toBe('reject');
  });

  it('says which match said no, and why', () => {
    const filter = ['-A FORWARD -p tcp -m tcp --dport 3307 -j ACCEPT'];
    const evaluation = evaluated({ filter }, `${fromA}10.2.0.2:3306`, 'ra');
    expect(evaluation.steps[0]?.why).toBe('dpt 3307, packet has 3306');
  });
});

describe('nat', () => {
  it('is seen by the first packet; later ones get the stored translation', () => {
    const first = evaluated({ nat: dnat }, `${fromA}10.2.0.1:80 flags SYN`, 'ra');
    expect(first.translations).toMatchObject([{ kind: 'dnat', from: '10.2.0.1:80', to: '10.3.0.11:8080' }]);
    const later = evaluated({ nat: dnat, conntrack: [entry] }, `${fromA}10.2.0.1:80 flags ACK`, 'ra');
    expect(matched(later)).toEqual([]);
    expect(later.packet.destination).toBe('10.3.0.11:8080');
    expect(later.translations).toMatchObject([{ kind: 'dnat', rule: null }]);
  });

  it('is not evaluated again for a retransmitted SYN whose first one passed', () => {
    const { status: _, ...rest } = entry;
    const unreplied = { ...rest, state: 'SYN_SENT', status: ['unreplied', 'confirmed'] };
    const evaluation = evaluated(
      { nat: dnat, conntrack: [unreplied] },
      `${fromA}10.2.0.1:80 flags SYN`,
      'ra',
    );
    expect(matched(evaluation)).toEqual([]);
    expect(evaluation.packet.destination).toBe('10.3.0.11:8080');
  });

  it('is never evaluated for replies: their translation is the inverse', () => {
    const nat = ['-A POSTROUTING -j MASQUERADE'];
    const evaluation = evaluated(
      { nat, conntrack: [entry] },
      'tcp 10.3.0.11:8080 > 10.1.0.2:40000 flags ACK',
      'br0',
    );
    expect(matched(evaluation)).toEqual([]);
    expect(evaluation.packet.source).toBe('10.2.0.1:80');
  });

  it('meets a packet in mid-stream whose entry is gone', () => {
    const evaluation = evaluated({ nat: dnat }, `${fromA}10.2.0.1:80 flags ACK`, 'ra');
    expect(matched(evaluation)).toEqual(['nat PREROUTING 1']);
  });

  it('is skipped for a state that is given as established', () => {
    expect(matched(evaluated({ nat: dnat }, `${fromA}10.2.0.1:80 state established`, 'ra'))).toEqual([]);
  });

  it('does not touch what is not tracked', () => {
    const raw = ['-A PREROUTING -j CT --notrack'];
    expect(matched(evaluated({ raw, nat: dnat }, `${fromA}10.2.0.1:80`, 'ra'))).toEqual(['raw PREROUTING 1']);
  });

  it('leaves FORWARD with the new destination and the old source', () => {
    const filter = [
      '-A FORWARD -d 10.2.0.1/32 -j DROP',
      '-A FORWARD -p tcp -m conntrack --ctorigdstport 80 -j LOG',
      '-A FORWARD -s 10.1.0.2/32 -d 10.3.0.11/32 -o br0 -j ACCEPT',
    ];
    const nat = [...dnat, '-A POSTROUTING -j MASQUERADE'];
    const evaluation = evaluated({ nat, filter }, `${fromA}10.2.0.1:80`, 'ra');
    expect(matched(evaluation)).toEqual([
      'nat PREROUTING 1',
      'filter FORWARD 2',
      'filter FORWARD 3',
      'nat POSTROUTING 1',
    ]);
    expect(evaluation.packet.source).toBe('10.3.0.1:40000');
  });

  it('in OUTPUT, filter sees the old device and POSTROUTING the new one', () => {
    const nat = [
      '-A OUTPUT -p tcp -j DNAT --to-destination 10.3.0.11:8080',
      '-A POSTROUTING -o br0 -j ACCEPT',
    ];
    const filter = ['-A OUTPUT -o rb -j ACCEPT'];
    const evaluation = evaluated({ nat, filter }, 'tcp 10.2.0.1:40000 > 10.2.0.2:80', null);
    expect(matched(evaluation)).toEqual(['nat OUTPUT 1', 'filter OUTPUT 1', 'nat POSTROUTING 1']);
    expect(evaluation.out).toBe('br0');
  });

  it('is not repeated for a packet to oneself', () => {
    const nat = [
      '-A OUTPUT -p tcp -j REDIRECT --to-ports 81',
      '-A PREROUTING -j ACCEPT',
      '-A POSTROUTING -j ACCEPT',
      '-A INPUT -j ACCEPT',
    ];
    const evaluation = evaluated({ nat }, 'tcp 10.1.0.1:40000 > 10.2.0.1:80', null);
    expect(matched(evaluation)).toEqual(['nat OUTPUT 1', 'nat POSTROUTING 1']);
    expect(evaluation).toMatchObject({
      verdict: 'accept',
      out: null,
      packet: { destination: '127.0.0.1:81' },
    });
  });

  it('shifts a range of ports from its base', () => {
    const nat = ['-A PREROUTING -p tcp -j DNAT --to-destination 10.3.0.11:8000-8010/80'];
    expect(evaluated({ nat }, `${fromA}10.2.0.1:85`, 'ra').packet.destination).toBe('10.3.0.11:8005');
  });

  it('needs route_localnet for a destination in 127.0.0.0/8; the rule counts in both', () => {
    const nat = ['-A PREROUTING -p tcp -j DNAT --to-destination 127.0.0.1:80'];
    const off = evaluated({ nat }, `${fromA}10.1.0.1:80`, 'ra');
    expect([off.verdict, matched(off)]).toEqual(['discarded', ['nat PREROUTING 1']]);
    const on = evaluated(
      { nat, sysctls: { 'net.ipv4.conf.all.route_localnet': '1' } },
      `${fromA}10.1.0.1:80`,
      'ra',
    );
    expect([on.verdict, matched(on)]).toEqual(['accept', ['nat PREROUTING 1']]);
  });
});

describe('a connection that is known', () => {
  const state = (name: string, flags: string, from = `${fromA}10.2.0.1:80`) => {
    const evaluation = evaluated(
      {
        nat: dnat,
        filter: ['-A FORWARD -m conntrack --ctstate INVALID -j DROP'],
        conntrack: [{ ...entry, state: name }],
      },
      `${from} flags ${flags}`,
      from.startsWith('tcp 10.1') ? 'ra' : 'br0',
    );
    return [evaluation.verdict, ...matched(evaluation)];
  };
  const reply = 'tcp 10.3.0.11:8080 > 10.1.0.2:40000';

  it.each([
    ['SYN_SENT', 'ACK', undefined, ['accept']],
    ['SYN_RECV', 'ACK', undefined, ['accept']],
    ['ESTABLISHED', 'SYN', undefined, ['accept']],
    ['TIME_WAIT', 'SYN', undefined, ['accept', 'nat PREROUTING 1']],
    ['ESTABLISHED', 'SYN', reply, ['drop', 'filter FORWARD 1']],
    ['SYN_SENT', 'FIN,ACK', reply, ['drop', 'filter FORWARD 1']],
    ['ESTABLISHED', 'NONE', reply, ['drop', 'filter FORWARD 1']],
    ['ESTABLISHED', 'RST', reply, ['accept']],
  ] as const)('in %s, %s is judged by its state (%s)', (name, flags, from, expected) => {
    // An ACK that no SYN-ACK went before is invalid, and invalid packets are not translated.
    const wanted = name === 'SYN_SENT' && flags === 'ACK' ? ['accept'] : expected;
    expect(state(name, flags, from)).toEqual(wanted);
  });

  it('may or may not be opened again after a reset', () => {
    expect(state('CLOSE', 'SYN')).toEqual(['accept', 'nat PREROUTING 1']);
  });
});

describe('an ICMP error', () => {
  const nat = [...dnat, '-A POSTROUTING -j MASQUERADE'];
  const filter = [
    '-A FORWARD -p icmp -m conntrack --ctstate RELATED -j ACCEPT',
    '-A FORWARD -p icmp -m conntrack --ctstate INVALID -j DROP',
  ];
  const setting = { nat, filter, conntrack: [entry] };
  const about = 'about tcp 10.1.0.2:40000 > 10.3.0.11:8080';

  it('is RELATED, never enters the nat chains, and is translated like its parent with what it quotes', () => {
    const evaluator = evaluatorOf(setting);
    const spec = parsePacketSpec(`icmp 10.3.0.11 > 10.1.0.2 icmp 3/3 ${about}`);
    const evaluation = evaluator.evaluate({ packet: spec, in: 'br0' });
    expect(matched(evaluation)).toEqual(['filter FORWARD 1']);
    expect(evaluation.packet.source).toBe('10.2.0.1');
    const [walk] = evaluator.walk({ packet: spec, in: 'br0' }).walks;
    expect(walk?.packet.quoted).toMatchObject({
      destination: [0x0a020001],
      destinationPort: 80,
      sourcePort: 40000,
    });
  });

  it('is INVALID where it is about no connection, or not for its sender', () => {
    const other = evaluated(
      setting,
      'icmp 10.3.0.11 > 10.1.0.2 icmp 3/3 about udp 10.1.0.2:1 > 10.3.0.11:2',
      'br0',
    );
    expect([other.verdict, ...matched(other)]).toEqual(['drop', 'filter FORWARD 2']);
    const elsewhere = evaluated(setting, `icmp 10.3.0.11 > 10.1.0.3 icmp 3/3 ${about}`, 'br0');
    expect([elsewhere.verdict, ...matched(elsewhere)]).toEqual(['drop', 'filter FORWARD 2']);
  });

  it('may be either where nobody says what it quotes', () => {
    const evaluation = evaluated(setting, 'icmp 10.3.0.11 > 10.1.0.2 icmp 3/3', 'br0');
    expect(evaluation.outcomes.map((one) => one.verdict)).toEqual(['accept', 'drop']);
    expect(evaluation.unknown).toEqual(['which packet the ICMP error quotes']);
  });
});

describe('bridged frames', () => {
  const filter = [
    '-A FORWARD -i br0 -o br0 -m physdev --physdev-in p1 --physdev-out p2 --physdev-is-bridged -j DROP',
  ];
  const packet = 'tcp 10.3.0.11:40000 > 10.3.0.12:80';

  it('meet FORWARD with the bridge as device when bridge-nf-call-iptables is 1', () => {
    expect(evaluated({ filter }, packet, 'p1').verdict).toBe('drop');
  });

  it('meet no rule when it is 0', () => {
    const evaluation = evaluated({ filter, bridgeNf: false }, packet, 'p1');
    expect([evaluation.verdict, evaluation.steps]).toEqual(['accept', []]);
  });

  it('are bridged when they are translated to a host of the same bridge', () => {
    const nat = ['-A PREROUTING -p tcp -j DNAT --to-destination 10.3.0.12:8080'];
    const evaluation = evaluated({ nat }, 'tcp 10.3.0.11:40000 > 10.3.0.1:80', 'p1');
    expect([evaluation.verdict, evaluation.why, evaluation.out]).toEqual(['accept', 'bridged by br0', 'br0']);
  });

  it('do not go back out of their own port without hairpin mode', () => {
    const nat = [
      '-A PREROUTING -p tcp -j DNAT --to-destination 10.3.0.11:8080',
      '-A POSTROUTING -s 10.3.0.11/32 -j MASQUERADE',
    ];
    const off = evaluated({ nat }, 'tcp 10.3.0.11:40000 > 10.3.0.1:80', 'p1');
    expect([off.verdict, matched(off)]).toEqual(['discarded', ['nat PREROUTING 1']]);
    const on = evaluated({ nat, hairpin: true }, 'tcp 10.3.0.11:40000 > 10.3.0.1:80', 'p1');
    expect([on.verdict, matched(on)]).toEqual(['accept', ['nat PREROUTING 1', 'nat POSTROUTING 1']]);
  });
});

describe('what nothing tells', () => {
  it('a match that cannot answer makes every outcome possible, and names itself', () => {
    const filter = ['-A FORWARD -m statistic --mode random --probability 0.5 -j DROP'];
    const evaluation = evaluated({ filter }, `${fromA}10.2.0.2:80`, 'ra');
    expect(evaluation.verdict).toBe('unknown');
    expect(evaluation.outcomes.map((one) => [one.verdict, one.when])).toEqual([
      ['drop', 'statistic random: yes'],
      ['accept', 'statistic random: no'],
    ]);
    expect(evaluation.unknown).toEqual(['statistic random: one of 2']);
    expect(evaluation.steps[0]?.result).toBe('unknown');
  });

  it('does not matter where every outcome is the same', () => {
    const filter = [
      '-A FORWARD -m limit --limit 1/sec -j LOG',
      '-A FORWARD -m recent --rcheck -j DROP',
      '-A FORWARD -j DROP',
    ];
    const evaluation = evaluated({ filter }, `${fromA}10.2.0.2:80`, 'ra');
    expect(evaluation.verdict).toBe('drop');
  });

  it('a set is unknown without its contents, and the same set says the same again', () => {
    const filter = [
      '-A FORWARD -m set --match-set bad src -j DROP',
      '-A FORWARD -m set ! --match-set bad src -j ACCEPT',
      '-A FORWARD -j REJECT',
    ];
    const evaluation = evaluated({ filter }, `${fromA}10.2.0.2:80`, 'ra');
    expect(evaluation.outcomes.map((one) => one.verdict)).toEqual(['drop', 'accept']);
  });

  it('a set with its contents answers', () => {
    const filter = ['-A FORWARD -m set --match-set bad src,dst -j DROP'];
    const ipsets =
      'create bad hash:net,port family inet\nadd bad 10.1.0.0/24,tcp:80\nadd bad 10.1.0.3,tcp:80 nomatch\n';
    expect(evaluated({ filter, ipsets }, `${fromA}10.2.0.2:80`, 'ra').verdict).toBe('drop');
    expect(evaluated({ filter, ipsets }, 'tcp 10.1.0.3:1 > 10.2.0.2:80', 'ra').verdict).toBe('accept');
    expect(evaluated({ filter, ipsets }, `${fromA}10.2.0.2:81`, 'ra').verdict).toBe('accept');
  });

  it('many unknown matches in a row end in time', () => {
    const filter = Array.from(
      { length: 60 },
      () => '-A FORWARD -m recent --rcheck -j MARK --set-xmark 0x1/0x1',
    );
    expect(evaluated({ filter }, `${fromA}10.2.0.2:80`, 'ra').verdict).toBe('accept');
  });
});

describe('routing', () => {
  it('discards what has no way', () => {
    expect(evaluated({}, `${fromA}10.9.0.1:80`, 'ra')).toMatchObject({
      verdict: 'discarded',
      why: 'blackhole route to 10.9.0.1',
    });
    const off = evaluated({ sysctls: { 'net.ipv4.ip_forward': '0' } }, `${fromA}10.2.0.2:80`, 'ra');
    expect(off).toMatchObject({ verdict: 'discarded', why: 'forwarding is off' });
  });

  it('discards a source that the reverse path filter does not expect', () => {
    const evaluation = evaluated(
      { sysctls: { 'net.ipv4.conf.all.rp_filter': '1' } },
      'tcp 10.2.0.2:1 > 10.3.0.11:80',
      'ra',
    );
    expect(evaluation.verdict).toBe('discarded');
  });

  it('routes by a mark that mangle sets', () => {
    const mangle = [
      '-A PREROUTING -p tcp -j MARK --set-xmark 0x77/0xffffffff',
      '-A OUTPUT -p tcp -j MARK --set-xmark 0x77/0xffffffff',
    ];
    expect(evaluated({ mangle }, 'tcp 10.3.0.11:1 > 198.51.100.7:80', 'br0').out).toBe('ra');
    expect(evaluated({ mangle }, 'tcp 10.1.0.1:1 > 198.51.100.7:80', null).out).toBe('ra');
  });
});
