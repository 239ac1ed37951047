import { describe, expect, it } from 'vitest';
import { link, loopback, type NamespaceInput } from '../build-snapshot.ts';
import { recognised } from './recognised.ts';

function hostWith(more: Partial<NamespaceInput>, links = [loopback, link(4, 'br0', 'bridge')]) {
  return { namespaces: { 0: { names: [], links, ...more } } };
}

const called = { sysctls: { 'net.bridge.bridge-nf-call-iptables': '1' } };

describe('br_netfilter', () => {
  it('is recognised where it shows a bridge’s frames to iptables', () => {
    expect(recognised(hostWith(called), 'br-netfilter')).toMatchObject([
      {
        evidence: ['net.bridge.bridge-nf-call-iptables is 1: IPv4 frames meet iptables on br0'],
        links: [{ namespace: 'host', name: 'br0', index: 4 }],
      },
    ]);
  });

  it('is not, where it is switched off or there is no bridge', () => {
    const off = { sysctls: { 'net.bridge.bridge-nf-call-iptables': '0' } };
    expect(recognised(hostWith(off), 'br-netfilter')).toEqual([]);
    expect(recognised(hostWith(called, [loopback]), 'br-netfilter')).toEqual([]);
  });
});

describe('rules of the bridge family', () => {
  const dump = (family: string) => ({
    rulesets: [
      {
        backend: 'nftables' as const,
        family: 'inet' as const,
        text: JSON.stringify({
          nftables: [
            { table: { family, name: 'filter' } },
            { chain: { family, table: 'filter', name: 'FORWARD' } },
            { rule: { family, table: 'filter', chain: 'FORWARD', expr: [{ drop: null }] } },
          ],
        }),
      },
    ],
  });

  it('are recognised, ebtables’ too, with their chains', () => {
    expect(recognised(hostWith(dump('bridge')), 'bridge-rules')).toMatchObject([
      { evidence: ['frames on br0 meet table bridge filter FORWARD: 1 rule'] },
    ]);
  });

  it('are not those of other families', () => {
    expect(recognised(hostWith(dump('ip')), 'bridge-rules')).toEqual([]);
  });
});
