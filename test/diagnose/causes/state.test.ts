/** State: containers, connection tracking, queues. */
import { describe, expect, it } from 'vitest';
import { diagnose } from '../../../src/diagnose/diagnose.ts';
import type { ProbeResult, SeenPacket } from '../../../src/diagnose/evidence.ts';
import { afterwards, evidenceOf, healthy, namespaceOf, rules, seenAt, unanswered } from '../world.ts';
import { type Case, containerNamed, findsEach, sysctl } from './cases.ts';

const cases: readonly Case[] = [
  {
    cause: 'conntrack-full',
    how: 'count = max',
    from: 'web',
    to: 'db:3306',
    names: '1000 of 1000',
    fault: (s) => sysctl(s, 'net.netfilter.nf_conntrack_count', '1000'),
  },
  {
    cause: 'conntrack-full',
    how: "of a container, whose limit is the host's",
    from: 'web',
    to: 'db:3306',
    names: 'The connection tracking table of db is full (1000 of 1000 entries)',
    fix: 'sysctl -w net.netfilter.nf_conntrack_max=2000',
    fault: (s) => {
      namespaceOf(s, 'db').sysctls['net.netfilter.nf_conntrack_count'] = '1000';
    },
    near: (s) => sysctl(s, 'net.netfilter.nf_conntrack_count', '999'),
  },
  {
    cause: 'container-not-running',
    how: 'exited',
    from: 'web',
    to: 'db:3306',
    names: 'db is exited',
    fault: (s) => {
      const one = containerNamed(s, 'db');
      one.state = 'exited';
      delete one.namespace;
      one.endpoints = [];
    },
  },
  {
    cause: 'container-not-running',
    how: 'paused',
    from: 'web',
    to: 'db:3306',
    names: 'db is paused',
    fault: (s) => {
      containerNamed(s, 'db').state = 'paused';
    },
  },
  {
    cause: 'accept-queue-full',
    how: '11 of 10',
    from: 'web',
    to: 'db:3306',
    names: '11 connections wait',
    fault: (s) => {
      for (const one of namespaceOf(s, 'db').listeners) one.receiveQueue = 11;
    },
  },
];

describe('causes: state', () => findsEach(cases));

const connected = { ...unanswered, outcome: 'connected', error: null } as const;

describe('conntrack-full', () => {
  /** A table that an entry just left, of a host that dropped packets before. */
  function busy(dropped: number, more = 0, probe: ProbeResult = unanswered) {
    const snapshot = healthy();
    sysctl(snapshot, 'net.netfilter.nf_conntrack_count', '990');
    const { counters } = namespaceOf(snapshot, 'host');
    if (dropped > 0) counters['Conntrack.Drop'] = dropped;
    const evidence = evidenceOf(snapshot, 'web', '198.51.100.7:80', { probe });
    const aftermath = afterwards(evidence, (one) => {
      if (one.host && dropped + more > 0) one.counters['Conntrack.Drop'] = dropped + more;
    });
    return diagnose({ ...evidence, aftermath }).findings.filter(({ cause }) => cause === 'conntrack-full');
  }

  it('is proven by the packets that were dropped with the probe', () => {
    const [found] = busy(7, 3);
    expect(found).toMatchObject({ severity: 'blocker', confidence: 'certain' });
    expect(found?.evidence[1]?.text).toBe('/proc/net/stat/nf_conntrack: drop 7, 3 more with the probe');
  });

  it('is possible where none was dropped now, and none where the probe got through', () => {
    expect(busy(7)).toMatchObject([{ severity: 'warning', confidence: 'possible' }]);
    expect(busy(7, 0, connected)).toEqual([]);
    expect(busy(0)).toEqual([]);
  });
});

describe('conntrack-stale', () => {
  /** A host that publishes web's UDP port, and an entry of its client from before. */
  function asking(translatedTo: string, client = '203.0.113.9', protocol = 17) {
    const snapshot = healthy();
    rules(snapshot, 'host', (text) =>
      text.replaceAll('-p tcp -m tcp --dport 80', '-p udp -m udp --dport 80'),
    );
    namespaceOf(snapshot, 'host').conntrack.push({
      ...{ family: 'ip', protocol, status: ['confirmed'] },
      original: { source: client, destination: '203.0.113.10', sourcePort: 40000, destinationPort: 8080 },
      reply: {
        source: translatedTo,
        destination: client,
        sourcePort: translatedTo === '203.0.113.10' ? 8080 : 80,
        destinationPort: 40000,
      },
    });
    return diagnose(evidenceOf(snapshot, 'external:203.0.113.9', '203.0.113.10:8080/udp')).findings;
  }

  it.each([
    ['was never translated', '203.0.113.10', '203.0.113.10:8080'],
    ['leads to an address of before', '172.30.0.99', '172.30.0.99:80'],
  ])('is found where the entry %s', (_, to, old) => {
    const [found] = asking(to).filter(({ cause }) => cause === 'conntrack-stale');
    expect(found).toMatchObject({ severity: 'blocker', confidence: 'certain' });
    expect(found?.summary).toContain(`from port 40000 to ${old}; new ones go to 172.30.0.3:80`);
    expect(found?.evidence[0]?.text).toContain(
      `udp 203.0.113.9:40000 > 203.0.113.10:8080, answers expected from ${old}`,
    );
    expect(found?.fix).toEqual([
      'conntrack -D -p udp --orig-src 203.0.113.9 --orig-dst 203.0.113.10 --dport 8080',
    ]);
  });

  it.each([
    ['leads where new ones go', '172.30.0.3', '203.0.113.9', 17],
    ["is another client's", '172.30.0.99', '203.0.113.8', 17],
    ['is of TCP', '172.30.0.99', '203.0.113.9', 6],
  ])('is none where the entry %s', (_, to, client, protocol) => {
    expect(asking(to, client, protocol).map(({ cause }) => cause)).not.toContain('conntrack-stale');
  });
});

describe('upstream-no-answer', () => {
  const left = seenAt('host:eth0', 'syn', '203.0.113.10:40000', '198.51.100.7:80');
  const inside = seenAt('host:vethweb', 'syn', '172.30.0.3:40000', '198.51.100.7:80');
  const found = (probe: ProbeResult, seen: readonly SeenPacket[]) =>
    diagnose(evidenceOf(healthy(), 'web', '198.51.100.7:80', { probe, seen })).findings.filter(
      ({ cause }) => cause === 'upstream-no-answer',
    );

  it('is found where SYNs left by the uplink and nothing came back', () => {
    const [first] = found(unanswered, [inside, left, left]);
    expect(first).toMatchObject({ severity: 'blocker', fix: [] });
    expect(first?.summary).toContain('left this host by host:eth0 (2 SYNs)');
    expect(first?.evidence.map(({ text }) => text)).toEqual([left.text, left.text, 'no answer in 3.2 s']);
  });

  it('quotes the error of a router beyond', () => {
    const error = seenAt('host:eth0', 'icmp-error', '203.0.113.1', '203.0.113.10');
    const [first] = found({ ...unanswered, outcome: 'unreachable' }, [left, error]);
    expect(first?.evidence[1]?.text).toBe(error.text);
  });

  it('is none where the packet did not get as far, or was answered', () => {
    expect(found(unanswered, [inside])).toEqual([]);
    expect(found(connected, [inside, left])).toEqual([]);
    expect(found({ ...unanswered, outcome: 'refused' }, [inside, left])).toEqual([]);
  });
});
