/** What a packet meets, row by row of docs/netfilter.md. The rows that the kernel can be asked are asked in kernel/. */
import { describe, expect, it } from 'vitest';
import { parsePacketSpec } from '../../../src/netfilter/packet-spec.ts';
import { dnat, entry, evaluated, evaluatorOf, fromA, matched } from './setting.ts';

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
