/** What a packet meets, row by row of docs/netfilter.md. The rows that the kernel can be asked are asked in kernel/. */
import { describe, expect, it } from 'vitest';
import { evaluated, fromA, matched } from './setting.ts';

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
