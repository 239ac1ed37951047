/** Which family a table of a dump is of, by what stands in it. */
import { type Family, parseAddress } from '../address.ts';

const words6 =
  /(?:^|\s)(?:icmp6|icmpv6|ipv6-icmp|ipv6header|eui64|hbh|srh)(?:\s|$)|icmp6-|--hl-|--icmpv6-type/;
const words4 =
  /(?:^|\s)icmp(?:\s|$)|icmp-(?:net|host|port|proto|admin)|--icmp-type|--ttl-(?:eq|lt|gt|set|inc|dec)|(?:^|\s)-f(?:\s|$)/;
const address4 = /(?:^|[\s[/,!-])\d{1,3}(?:\.\d{1,3}){3}(?:[\s/:,-]|$)/;

/** Free text could hold anything: comments and log prefixes do not count. */
function withoutText(line: string): string {
  return line.replace(/"(?:[^"\\]|\\.)*"/g, '""').replace(/--(comment|log-prefix|nflog-prefix) \S+/g, '');
}

/** The family that one line shows, or null. */
export function familyOfLine(line: string): Family | null {
  const text = withoutText(line);
  if (address4.test(text)) return 'ip';
  if (words6.test(text)) return 'ip6';
  if (words4.test(text)) return 'ip';
  if (!text.includes(':')) return null;
  for (const word of text.split(/[\s,]+/)) {
    const bare = word.replace(/^\[/, '').replace(/\].*$/, '').replace(/\/.*$/, '').replace(/-.*$/, '');
    if (bare.includes(':') && parseAddress(bare) !== null) return 'ip6';
  }
  return null;
}

/** The family of the first line that shows one; null when none does. */
export function familyOfLines(lines: Iterable<string>): Family | null {
  for (const line of lines) {
    const family = familyOfLine(line);
    if (family !== null) return family;
  }
  return null;
}
