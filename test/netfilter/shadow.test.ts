import { describe, expect, it } from 'vitest';
import { parseDump } from '../../src/netfilter/parse/dump.ts';
import { shadowedRules } from '../../src/netfilter/shadow.ts';

/** Positions of the shadowed rules of FORWARD and of those that shadow them. */
function shadowed(...rules: readonly string[]): readonly (readonly [number, number])[] {
  const text = `*filter\n:a - [0:0]\n${rules.map((rule) => `-A FORWARD ${rule}`).join('\n')}\nCOMMIT\n`;
  const { tables, errors } = parseDump(text, { backend: 'iptables-nft', family: 'ip' });
  expect(errors).toEqual([]);
  return tables.flatMap(shadowedRules).map(({ position, by }) => [position, by]);
}

describe('a rule is shadowed', () => {
  it.each([
    ['after one that takes everything', ['-j ACCEPT', '-p tcp -j DROP'], [[2, 1]]],
    ['after a wider prefix', ['-s 10.0.0.0/8 -j DROP', '-s 10.1.0.0/16 -j ACCEPT'], [[2, 1]]],
    ['after a wider device', ['-i eth+ -j DROP', '-i eth0 -j ACCEPT'], [[2, 1]]],
    [
      'after the same match with less around it',
      ['-p tcp -m tcp --dport 80 -j DROP', '-s 10.0.0.1/32 -p tcp -m tcp --dport 80 -j ACCEPT'],
      [[2, 1]],
    ],
    ['after a goto', ['-g a', '-j ACCEPT'], [[2, 1]]],
    [
      'whatever its comment',
      ['-m comment --comment x -j DROP', '-p tcp -m comment --comment y -j ACCEPT'],
      [[2, 1]],
    ],
  ])('%s', (_, rules, expected) => {
    expect(shadowed(...rules)).toEqual(expected);
  });

  it.each([
    ['after a jump, which may come back', ['-j a', '-j ACCEPT']],
    ['after a target that goes on', ['-j LOG', '-j ACCEPT']],
    ['after a narrower prefix', ['-s 10.1.0.0/16 -j DROP', '-s 10.0.0.0/8 -j ACCEPT']],
    [
      'after a limit, which lets some pass',
      ['-m limit --limit 1/sec -j ACCEPT', '-m limit --limit 1/sec -j DROP'],
    ],
    ['after the opposite', ['! -i eth0 -j DROP', '-i eth0 -j ACCEPT']],
  ])('not %s', (_, rules) => {
    expect(shadowed(...rules)).toEqual([]);
  });
});
