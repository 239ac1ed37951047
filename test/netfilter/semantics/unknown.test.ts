/** What a packet meets, row by row of docs/netfilter.md. The rows that the kernel can be asked are asked in kernel/. */
import { describe, expect, it } from 'vitest';
import { evaluated, fromA } from './setting.ts';

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
