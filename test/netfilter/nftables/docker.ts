/** Docker's own nftables rule sets (moby's tests and documentation), fitted to nft 1.0.6 and to the router of lab.py. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const samples = fileURLToPath(new URL('../../../../shared/data/rules/', import.meta.url));
export const samplesMissing = existsSync(samples) ? null : `no ${samples}`;

/** Names of samples that begin like this. */
export function sampleNames(pattern: RegExp): readonly string[] {
  return samplesMissing === null ? readdirSync(samples).filter((name) => pattern.test(name)) : [];
}

export function sample(name: string): string {
  const text = readFileSync(`${samples}${name}`, 'utf8');
  return loadable(name.endsWith('.md') ? firstBlock(text) : text);
}

/** The first rule set of a page: its indented lines. */
function firstBlock(page: string): string {
  const lines = page.split('\n');
  const start = lines.findIndex((line) => line.startsWith('    table '));
  const end = lines.findIndex((line, at) => at > start && line.startsWith('    }'));
  return lines
    .slice(start, end + 1)
    .map((line) => line.slice(4))
    .join('\n');
}

/** What nft 1.0.6 can load of a listing by a newer one: it has no name for the priority of nat's output hook. */
function loadable(rules: string): string {
  return rules.replaceAll('type nat hook output priority dstnat;', 'type nat hook output priority -100;');
}

/** The container becomes C1 behind `br0`, the address that Docker translates to one of the router's. */
export function inLab(rules: string): string {
  return rules
    .replaceAll('br-dummy', 'br0')
    .replaceAll('bridge1', 'br0')
    .replaceAll('192.168.123.0', '10.2.0.1')
    .replaceAll(/\b192\.(168\.0|0\.2)\.0\/24/g, '10.3.0.0/24')
    .replaceAll(/\b192\.(168\.0|0\.2)\.2\b/g, '10.3.0.11')
    .replaceAll('fd34:d0d4:672f::123', 'fd00:2::1')
    .replaceAll('fd49:efd7:54aa::/64', 'fd00:3::/64')
    .replaceAll('fd49:efd7:54aa::1', 'fd00:3::11');
}
