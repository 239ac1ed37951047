/** What an attempt brings decides where the state alone does not: counters, packets, what both sides said. */
import { describe, expect, it } from 'vitest';
import { diagnose } from '../../src/diagnose/diagnose.ts';
import type { HostSnapshot } from '../../src/snapshot/schema.ts';
import { afterwards, evidenceOf, healthy, namespaceOf, rules, seenAt, unanswered } from './world.ts';

const userLine = '-A DOCKER-USER -j RETURN';

/** A host with this rule at the head of DOCKER-USER, which counted `packets`. */
function withRule(rule: string, packets: number): HostSnapshot {
  const snapshot = healthy();
  rules(snapshot, 'host', (text) => text.replace(userLine, `[${packets}:0] ${rule}\n[0:0] ${userLine}`));
  return snapshot;
}

/** The same rule afterwards, having counted `packets`. */
const counting = (packets: number) => (text: string) =>
  text.replace(/\[\d+:0\] -A DOCKER-USER -p/, `[${packets}:0] -A DOCKER-USER -p`);

const limited =
  '-A DOCKER-USER -p tcp -m tcp --dport 3306 -m hashlimit --hashlimit-above 1/hour --hashlimit-name x -j DROP';
const onWay = [
  seenAt('web:eth0', 'syn', '172.30.0.3:40000', '172.30.0.2:3306'),
  seenAt('host:vethweb', 'syn', '172.30.0.3:40000', '172.30.0.2:3306'),
];

function attempted(snapshot: HostSnapshot, after: number) {
  const evidence = evidenceOf(snapshot, 'web', '172.30.0.2:3306', { probe: unanswered, seen: onWay });
  const aftermath = afterwards(evidence, (namespace) => {
    for (const dump of namespace.rulesets)
      if (dump.text !== undefined) dump.text = counting(after)(dump.text);
  });
  return diagnose({ ...evidence, aftermath });
}

describe('the counter of a rule', () => {
  it('proves that a rule which nobody can evaluate stopped the attempt', () => {
    const { findings, reachable } = attempted(withRule(limited, 7), 9);
    expect(findings[0]).toMatchObject({
      cause: 'docker-user-drop',
      severity: 'blocker',
      confidence: 'certain',
    });
    expect(findings[0]?.evidence[0]?.text).toContain('counter: 7 packets, 2 more with the probe');
    expect(findings[0]?.evidence.at(-1)?.text).toContain(
      'last seen at host:vethweb and did not come to host:vethdb',
    );
    expect(reachable).toBe(false);
  });

  it('clears one that did not count', () => {
    const { findings } = attempted(withRule(limited, 7), 7);
    expect(findings.map(({ cause, confidence }) => [cause, confidence])).toEqual([
      ['user-rule-drop', 'possible'],
    ]);
    expect(findings[0]?.summary).toContain('host:vethweb and did not come to host:vethdb');
  });

  it('is not needed where the rule is plain, and is quoted all the same', () => {
    const { findings } = attempted(withRule('-A DOCKER-USER -p tcp -m tcp --dport 3306 -j DROP', 0), 2);
    expect(findings[0]?.evidence[0]?.text).toContain('2 more with the probe');
  });

  it('of a connection that works says nothing against it', () => {
    const probe = { ...unanswered, outcome: 'connected', error: null } as const;
    const evidence = evidenceOf(withRule(limited, 7), 'web', '172.30.0.2:3306', { probe });
    expect(diagnose(evidence)).toMatchObject({ reachable: true, findings: [] });
  });
});

describe('an attempt that the state does not explain', () => {
  it('is located on the way back', () => {
    const seen = [
      ...onWay,
      seenAt('host:vethdb', 'syn', '172.30.0.3:40000', '172.30.0.2:3306'),
      seenAt('db:eth0', 'syn', '172.30.0.3:40000', '172.30.0.2:3306'),
      seenAt('db:eth0', 'syn-ack', '172.30.0.2:3306', '172.30.0.3:40000'),
    ];
    const { findings } = diagnose(
      evidenceOf(healthy(), 'web', '172.30.0.2:3306', { probe: unanswered, seen }),
    );
    expect(findings[0]?.summary).toContain(
      'The answer was last seen at db:eth0 and did not come to host:vethdb',
    );
  });

  it('is that of a policy of IPsec where its counter rises', () => {
    const evidence = evidenceOf(healthy(), 'web', '172.30.0.2:3306', { probe: unanswered, seen: onWay });
    const aftermath = afterwards(evidence, (one) => {
      if (one.host) one.counters['Xfrm.XfrmFwdPolBlock'] = 2;
    });
    expect(diagnose({ ...evidence, aftermath }).findings[0]?.summary).toContain('XfrmFwdPolBlock rose by 2');
  });

  it('names the neighbour that does not answer', () => {
    const evidence = evidenceOf(healthy(), 'web', '198.51.100.7:80', {
      probe: unanswered,
      seen: onWay.slice(0, 1),
    });
    const aftermath = afterwards(evidence, (one) => {
      if (!one.host) return;
      one.neighbours.push({
        address: '203.0.113.1',
        interfaceIndex: 2,
        interface: 'eth0',
        state: 'FAILED',
        flags: [],
      });
    });
    const [first] = diagnose({ ...evidence, aftermath }).findings;
    expect(first).toMatchObject({ cause: 'arp-unanswered' });
    expect(first?.summary).toContain('203.0.113.1, its gateway');
  });

  it('never is without a finding', () => {
    for (const outcome of ['no-answer', 'refused', 'unreachable', 'failed'] as const) {
      const { findings, reachable } = diagnose(
        evidenceOf(healthy(), 'web', '172.30.0.2:3306', { probe: { ...unanswered, outcome } }),
      );
      expect(reachable).toBe(false);
      expect(findings[0], outcome).toMatchObject({ severity: 'blocker' });
      expect(findings[0]?.evidence.length).toBeGreaterThan(0);
    }
  });
});

describe('tls-mismatch', () => {
  const connected = { ...unanswered, outcome: 'connected', error: null } as const;
  const hello = Buffer.from('16030100c8010000c40303', 'hex');
  const first = (to: string, greeting: Uint8Array, closed = false) =>
    diagnose(evidenceOf(healthy(), 'db', to, { probe: { ...connected, greeting, closed } })).findings[0];

  it.each([
    [
      'plain text to a TLS client',
      'https://web:80/',
      'HTTP/1.1 400 Bad Request\r\n',
      'answers in plain text',
    ],
    ['TLS to a plain client', 'http://web:80/', hello, 'speaks TLS'],
    [
      "nginx's complaint",
      'http://web:80/',
      'HTTP/1.1 400 The plain HTTP request was sent to HTTPS port',
      'speaks TLS',
    ],
    ['an alert', 'https://web:80', Buffer.from('15030300020246', 'hex'), '"protocol_version" (70)'],
  ])('is found where the server answers with %s', (_, to, greeting, words) => {
    const found = first(to, Buffer.from(greeting));
    expect(found).toMatchObject({ cause: 'tls-mismatch', severity: 'blocker' });
    expect(found?.summary).toContain(words);
  });

  it('is found where the server ends the connection after a ClientHello', () => {
    expect(first('https://web:80/', new Uint8Array(), true)?.cause).toBe('tls-mismatch');
  });

  it('is possible where the server ends a plain connection without a word', () => {
    expect(first('http://web:80/', new Uint8Array(), true)).toMatchObject({
      cause: 'tls-mismatch',
      confidence: 'possible',
    });
  });

  it('is none where both speak the same', () => {
    expect(first('https://web:80/', Buffer.from('160303004a020000', 'hex'))).toBeUndefined();
    expect(first('http://web:80/', Buffer.from('HTTP/1.1 200 OK\r\n'))).toBeUndefined();
    expect(first('web:80', Buffer.from('hello'))).toBeUndefined();
  });

  it("is found in clients' own traffic", () => {
    const ask = seenAt('host:vethweb', 'data', '172.30.0.2:51000', '172.30.0.3:80');
    const answer = seenAt('host:vethweb', 'data', '172.30.0.3:80', '172.30.0.2:51000');
    const seen = [
      { ...ask, payload: hello },
      { ...answer, payload: Buffer.from('HTTP/1.1 400 Bad Request') },
    ];
    const [found] = diagnose(evidenceOf(healthy(), 'db', 'web:80', { probe: connected, seen })).findings;
    expect(found).toMatchObject({ cause: 'tls-mismatch', severity: 'blocker' });
    expect(found?.evidence[0]?.where).toBe('host:vethweb');
  });
});

describe('conntrack-invalid', () => {
  it('is found where packets leave without the translation that others get', () => {
    const seen = [
      seenAt('host:eth0', 'syn', '203.0.113.10:40000', '198.51.100.7:80'),
      seenAt('host:eth0', 'rst', '172.30.0.3:39000', '198.51.100.7:80'),
    ];
    const probe = { ...unanswered, localPort: null };
    const { findings } = diagnose(evidenceOf(healthy(), 'web', '198.51.100.7:80', { probe, seen }));
    const found = findings.find(({ cause }) => cause === 'conntrack-invalid');
    expect(found?.summary).toContain('172.30.0.3');
    expect(found?.evidence[0]).toMatchObject({ kind: 'packet', where: 'host:eth0' });
  });

  it('is found where a rule drops what is INVALID and counts the attempt', () => {
    const { findings } = attempted(
      withRule('-A DOCKER-USER -p tcp -m conntrack --ctstate INVALID -j DROP', 3),
      5,
    );
    expect(findings[0]).toMatchObject({ cause: 'conntrack-invalid', severity: 'blocker' });
    expect(findings[0]?.summary).toContain('rule 1 of filter DOCKER-USER stopped 2 packets');
  });
});

describe('neighbour-table-full', () => {
  const full = () => {
    const snapshot = healthy();
    const host = namespaceOf(snapshot, 'host');
    host.sysctls['net.ipv4.neigh.default.gc_thresh3'] = '4';
    host.neighbours = [5, 6, 7, 8, 9].map((n) => ({
      address: `203.0.113.${n}`,
      mac: `02:00:00:00:01:0${n}`,
      interfaceIndex: 2,
      interface: 'eth0',
      state: n === 9 ? 'PERMANENT' : 'STALE',
      flags: [],
    }));
    return snapshot;
  };

  it('is found by the number of entries', () => {
    const [found] = diagnose(evidenceOf(full(), 'web', '198.51.100.7:80')).findings;
    expect(found).toMatchObject({ cause: 'neighbour-table-full', severity: 'blocker' });
    expect(found?.summary).toContain('4 entries');
    expect(found?.fix[0]).toBe('sysctl -w net.ipv4.neigh.default.gc_thresh3=16');
  });

  it('is found by the counter of refusals', () => {
    const snapshot = healthy();
    namespaceOf(snapshot, 'host').sysctls['net.ipv4.neigh.default.gc_thresh3'] = '1024';
    const evidence = evidenceOf(snapshot, 'web', '198.51.100.7:80', { probe: unanswered });
    const aftermath = afterwards(evidence, (one) => {
      one.counters['Neigh.TableFulls'] = 3;
    });
    expect(diagnose({ ...evidence, aftermath }).findings[0]?.cause).toBe('neighbour-table-full');
  });

  it('is not where the attempt got through', () => {
    const probe = { ...unanswered, outcome: 'connected', error: null } as const;
    expect(diagnose(evidenceOf(full(), 'web', '198.51.100.7:80', { probe })).findings).toEqual([]);
  });
});

describe('ruleset-unreadable', () => {
  it('says that the rules are not known, with the error of the tool, and does not call the pair reachable', () => {
    const snapshot = healthy();
    const host = namespaceOf(snapshot, 'host');
    host.rulesets = [
      { backend: 'iptables-nft', family: 'ip', error: 'iptables-nft-save: Permission denied' },
    ];
    const { findings, reachable } = diagnose(evidenceOf(snapshot, 'web', '172.30.0.2:3306'));
    const found = findings.find(({ cause }) => cause === 'ruleset-unreadable');
    expect(found?.evidence[0]?.text).toContain('Permission denied');
    expect(found?.summary).not.toMatch(/no rules/);
    expect(reachable).toBeNull();
    expect(findings.map(({ cause }) => cause)).not.toContain('rules-flushed');
    expect(findings.map(({ cause }) => cause)).not.toContain('docker-iptables-disabled');
  });

  it('does not take missing rules of the uplink for missing MASQUERADE', () => {
    const snapshot = healthy();
    namespaceOf(snapshot, 'host').rulesets = [
      { backend: 'iptables-nft', family: 'ip', error: 'no such program' },
    ];
    const { findings } = diagnose(evidenceOf(snapshot, 'web', '198.51.100.7:80'));
    expect(findings.map(({ cause }) => cause)).toEqual(['ruleset-unreadable']);
  });
});
