import { describe, expect, it } from 'vitest';
import { nftMatches } from '../../../src/host/trace/prefilter.ts';
import { NetscopeError } from '../../../src/util/errors.ts';

describe('a capture filter as nft matches', () => {
  it.each([
    ['', ['']],
    ['tcp dst port 80', ['meta l4proto tcp th dport 80']],
    ['udp or icmp', ['meta l4proto udp', 'meta l4proto icmp']],
    ['src 10.0.0.1', ['meta nfproto ipv4 ip saddr 10.0.0.1']],
    ['ip6 and dst net 2001:db8::/32', ['meta nfproto ipv6 meta nfproto ipv6 ip6 daddr 2001:db8::/32']],
    [
      'dst portrange 1-1024 and tcp',
      ['meta l4proto { tcp, udp, sctp, dccp, udplite } th dport 1-1024 meta l4proto tcp'],
    ],
    ['not (tcp or udp)', ['meta l4proto != tcp meta l4proto != udp']],
    ['not src host 10.0.0.1', ['meta nfproto != ipv4', 'ip saddr != 10.0.0.1']],
  ])('%s', (filter, matches) => {
    expect(nftMatches(filter)).toEqual(matches);
  });

  it.each([
    ['tcp[tcpflags] & tcp-syn != 0', /tcp\[tcpflags\]|nft has no word/],
    ['host example.org', /no address/],
    ['port http', /no port/],
    ['(tcp', /parenthesis/],
    ['tcp udp', /not understood/],
    ['net 10.0.0.0/33', /no network/],
    ['tcp and', /ends too early/],
  ])('refuses %s, saying why', (filter, why) => {
    expect(() => nftMatches(filter)).toThrowError(NetscopeError);
    expect(() => nftMatches(filter)).toThrowError(why);
  });
});
