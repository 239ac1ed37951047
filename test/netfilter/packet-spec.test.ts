/** Packets as people describe them, and the word at fault where they are none. */
import { describe, expect, it } from 'vitest';
import { parsePacketSpec, readPacketSpec } from '../../src/netfilter/packet-spec.ts';

describe('a described packet', () => {
  it('may say which interface it comes in by', () => {
    expect(readPacketSpec('tcp 192.0.2.9:40000 > 192.0.2.1:8080 in eth0')).toMatchObject({
      packet: { protocol: 6, sourcePort: 40000, destinationPort: 8080, tcpFlags: 2 },
      in: 'eth0',
    });
    expect(readPacketSpec('udp 192.0.2.9>192.0.2.1:53')).toMatchObject({ in: null });
  });

  it('says what an ICMP error is about', () => {
    const spec = parsePacketSpec('icmp 10.0.0.1 > 10.0.0.2 icmp 3/3 about udp 10.0.0.2:1000 > 10.0.0.1:53');
    expect(spec).toMatchObject({ icmpType: 3, icmpCode: 3, quoted: { protocol: 17, destinationPort: 53 } });
  });

  it.each([
    ['', 'is no protocol', ''],
    ['tpc 10.0.0.1:1 > 10.0.0.2:2', '"tpc" is no protocol', 'tpc'],
    ['tcp 10.0.0.300:1 > 10.0.0.2:2', 'is no address', '10.0.0.300:1'],
    ['tcp 10.0.0.1:1 10.0.0.2:2', 'there is no ">"', '10.0.0.2:2'],
    ['tcp 10.0.0.1:1 >', 'an address is missing', ''],
    ['tcp 10.0.0.1:1 > 10.0.0.2', 'the destination has no port', '10.0.0.2'],
    ['tcp 10.0.0.1:1 > [fd00::1]:2', 'different families', '[fd00::1]:2'],
    ['icmp 10.0.0.1:1 > 10.0.0.2', 'icmp has no ports', '10.0.0.1:1'],
    ['tcp 10.0.0.1:1 > 10.0.0.2:2 flags SYM', '"SYM" is no TCP flag', 'SYM'],
    ['tcp 10.0.0.1:1 > 10.0.0.2:2 ttl 256', 'ttl needs a number up to 255', '256'],
    ['tcp 10.0.0.1:1 > 10.0.0.2:2 via eth0', '"via" is not known', 'via'],
    ['tcp 10.0.0.1:1 > 10.0.0.2:2 in', 'an interface is missing', ''],
  ])('names the word at fault: %s', (text, why, word) => {
    const read = readPacketSpec(text);
    if (!('message' in read)) throw new Error('it was taken');
    expect(read.message).toContain(why);
    expect(text.slice(read.from, read.to)).toBe(word);
    expect(() => parsePacketSpec(text)).toThrow(text === '' ? 'is no protocol' : 'cannot read the packet');
  });
});
