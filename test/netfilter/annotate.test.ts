import { describe, expect, it } from 'vitest';
import { Annotator } from '../../src/netfilter/annotate.ts';
import { AnnotationMemory } from '../../src/netfilter/annotation/memory.ts';
import { RulesetCache } from '../../src/netfilter/rulesets.ts';
import { dockerHost, nameOf, published, publishedEntry, seenConnection } from './hosts.ts';

const outgoingEntry = {
  family: 'ip',
  protocol: 6,
  original: { source: '172.17.0.2', destination: '198.51.100.7', sourcePort: 50000, destinationPort: 443 },
  reply: { source: '198.51.100.7', destination: '192.0.2.2', sourcePort: 443, destinationPort: 61234 },
  status: ['assured', 'seen_reply', 'confirmed', 'src_nat'],
};

describe('annotation of a connection', () => {
  it('names the DNAT rule of a published port by conntrack', () => {
    const annotator = new Annotator(dockerHost({ conntrack: [publishedEntry] }), nameOf);
    const { connection, flowOf } = seenConnection('tcp', published);
    const result = annotator.annotate(connection, flowOf);
    expect(result.verdict).toBe('accept');
    expect(result.translations).toEqual([
      {
        kind: 'dnat',
        from: '192.0.2.2:8080',
        to: '172.17.0.2:80',
        rule: {
          namespace: 'host',
          backend: 'iptables-nft',
          family: 'ip',
          table: 'nat',
          chain: 'DOCKER',
          position: 1,
          text: '-A DOCKER ! -i docker0 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.17.0.2:80',
          target: 'DNAT',
          evidence: 'conntrack',
          counter: { packets: 1, bytes: 60 },
        },
      },
    ]);
    expect(result.rules.map((rule) => `${rule.table} ${rule.chain} ${rule.target} ${rule.evidence}`)).toEqual(
      ['nat DOCKER DNAT conntrack', 'filter DOCKER ACCEPT evaluated'],
    );
  });

  it('names it by evaluation where conntrack has no entry', () => {
    const annotator = new Annotator(dockerHost(), nameOf);
    const { connection, flowOf } = seenConnection('tcp', published.slice(0, 1), false);
    const result = annotator.annotate(connection, flowOf);
    expect(result.translations.map((t) => [t.kind, t.from, t.to, t.rule?.evidence])).toEqual([
      ['dnat', '192.0.2.2:8080', '172.17.0.2:80', 'evaluated'],
    ]);
  });

  it.each([
    ['every interface', ['host:eth0', 'host:docker0', 'host:veth1']],
    ['the bridge alone, where it is translated already', ['host:docker0']],
    ['the port alone', ['host:veth1']],
  ])('finds the first packet from %s', (_, interfaces) => {
    const annotator = new Annotator(dockerHost({ conntrack: [publishedEntry] }), nameOf);
    const steps = published.filter((step) => interfaces.includes(step.at));
    const { connection, flowOf } = seenConnection('tcp', steps);
    const result = annotator.annotate(connection, flowOf);
    expect(result.translations.map((t) => [t.kind, t.to, t.rule?.chain, t.rule?.evidence])).toEqual([
      ['dnat', '172.17.0.2:80', 'DOCKER', 'conntrack'],
    ]);
  });

  it('gives MASQUERADE the source port that conntrack shows', () => {
    const annotator = new Annotator(dockerHost({ conntrack: [outgoingEntry] }), nameOf);
    const { connection, flowOf } = seenConnection('tcp', [
      { at: 'web:eth0', from: '172.17.0.2:50000', to: '198.51.100.7:443' },
      { at: 'host:veth1', from: '172.17.0.2:50000', to: '198.51.100.7:443' },
      { at: 'host:docker0', from: '172.17.0.2:50000', to: '198.51.100.7:443' },
      { at: 'host:eth0', from: '192.0.2.2:61234', to: '198.51.100.7:443' },
    ]);
    const result = annotator.annotate(connection, flowOf);
    expect(result.translations.map((t) => [t.kind, t.from, t.to, t.rule?.target, t.rule?.evidence])).toEqual([
      ['masquerade', '172.17.0.2:50000', '192.0.2.2:61234', 'MASQUERADE', 'conntrack'],
    ]);
    expect(result.rules.map((rule) => `${rule.table} ${rule.target}`)).toEqual([
      'filter ACCEPT',
      'nat MASQUERADE',
    ]);
  });

  it('takes the source port from the egress interface where conntrack has no entry', () => {
    const annotator = new Annotator(dockerHost(), nameOf);
    const { connection, flowOf } = seenConnection('tcp', [
      { at: 'host:docker0', from: '172.17.0.2:50000', to: '198.51.100.7:443' },
      { at: 'host:eth0', from: '192.0.2.2:61234', to: '198.51.100.7:443' },
    ]);
    const result = annotator.annotate(connection, flowOf);
    expect(result.translations.map((t) => [t.to, t.rule?.evidence])).toEqual([
      ['192.0.2.2:61234', 'evaluated'],
    ]);
  });

  it('names the embedded DNS redirection of the container itself', () => {
    const entry = {
      family: 'ip',
      protocol: 17,
      original: { source: '127.0.0.1', destination: '127.0.0.11', sourcePort: 40001, destinationPort: 53 },
      reply: { source: '127.0.0.11', destination: '127.0.0.1', sourcePort: 41521, destinationPort: 40001 },
      status: ['seen_reply', 'confirmed', 'dst_nat'],
    };
    const annotator = new Annotator(dockerHost({ webConntrack: [entry] }), nameOf);
    const { connection, flowOf } = seenConnection('udp', [
      { at: 'web:lo', from: '127.0.0.1:40001', to: '127.0.0.11:41521' },
    ]);
    const result = annotator.annotate(connection, flowOf);
    expect(result.translations.map((t) => [t.kind, t.from, t.to, t.rule?.text, t.rule?.evidence])).toEqual([
      [
        'dnat',
        '127.0.0.11:53',
        '127.0.0.11:41521',
        '-A DOCKER_OUTPUT -d 127.0.0.11/32 -p udp -m udp --dport 53 -j DNAT --to-destination 127.0.0.11:41521',
        'conntrack',
      ],
    ]);
  });

  it('says which rule dropped a connection that went no further', () => {
    const annotator = new Annotator(dockerHost(), nameOf);
    const { connection, flowOf } = seenConnection(
      'tcp',
      [{ at: 'host:eth0', from: '192.0.2.9:40000', to: '172.17.0.2:81' }],
      false,
    );
    const result = annotator.annotate(connection, flowOf);
    expect(result.verdict).toBe('drop');
    expect(result.why).toBe('in host: DROP by rule 2 of filter DOCKER');
    expect(result.rules.map((rule) => rule.text)).toEqual(['-A DOCKER ! -i docker0 -o docker0 -j DROP']);
  });
});

describe('annotation from one state of the host to the next', () => {
  const { connection, flowOf } = seenConnection('tcp', published);
  type Host = ReturnType<typeof dockerHost>;
  const first = dockerHost({ conntrack: [publishedEntry] });
  const annotateAfter = (change: (host: Host) => void) => {
    const memory = new AnnotationMemory();
    const cache = new RulesetCache();
    const before = new Annotator(first, nameOf, cache, memory).annotate(connection, flowOf);
    const [namespace, ...others] = first.namespaces;
    if (namespace === undefined) throw new Error('no namespace');
    const next: Host = { ...first, namespaces: [{ ...namespace }, ...others] };
    change(next);
    return { before, after: new Annotator(next, nameOf, cache, memory).annotate(connection, flowOf) };
  };
  const hostOf = ({ namespaces }: Host) => {
    const [host] = namespaces;
    if (host === undefined) throw new Error('no namespace');
    return host;
  };
  const withText = (host: Host, change: (text: string) => string) => {
    const own = hostOf(host);
    own.rulesets = own.rulesets.map((dump) => ({ ...dump, text: change(dump.text ?? '') }));
  };

  it('is what it was while other connections come and go', () => {
    const { before, after } = annotateAfter((host) => {
      const own = hostOf(host);
      const others = structuredClone(own.conntrack);
      for (const { original } of others) original.sourcePort = 1;
      own.conntrack = [...own.conntrack, ...others];
    });
    expect(after.rules).toHaveLength(2);
    for (const [at, rule] of after.rules.entries()) expect(rule).toBe(before.rules[at]);
  });

  it('has the counters of the newest reading', () => {
    const { before, after } = annotateAfter((host) => {
      withText(host, (text) => text.replaceAll(/^\[\d+:\d+\] -A/gm, '[7:420] -A'));
      hostOf(host).routes = structuredClone(hostOf(host).routes);
    });
    const uncounted = ({ rules }: typeof after) => rules.map(({ counter: _, ...rule }) => rule);
    expect(uncounted(after)).toEqual(uncounted(before));
    expect(after.rules.map(({ counter }) => counter)).toEqual(
      after.rules.map(() => ({ packets: 7, bytes: 420 })),
    );
    expect(after.translations[0]?.rule?.counter).toEqual({ packets: 7, bytes: 420 });
    expect(before.rules[0]?.counter).not.toEqual({ packets: 7, bytes: 420 });
  });

  it.each<[string, (host: Host) => void]>([
    [
      'the rules',
      (host) => withText(host, (text) => text.replace('--dport 8080 -j DNAT', '--dport 8081 -j DNAT')),
    ],
    ['its own entry', (host) => (hostOf(host).conntrack = [])],
  ])('is made anew when %s changed', (_, change) => {
    const { before, after } = annotateAfter(change);
    expect(after.rules).not.toEqual(before.rules);
  });

  type State = Host['namespaces'][number];
  it.each<[string, (state: State) => Partial<State>]>([
    [
      'the rules',
      ({ rulesets }) => ({
        rulesets: rulesets.map((dump) => ({ ...dump, text: dump.text?.replace('-j ACCEPT', '-j DROP') })),
      }),
    ],
    ['routes', ({ routes }) => ({ routes: routes.slice(1) })],
    ['policy rules', () => ({ policyRules: [] })],
    ['links', ({ links }) => ({ links: links.slice(1) })],
    ['sysctls', ({ sysctls }) => ({ sysctls: { ...sysctls, 'net.ipv4.ip_forward': '2' } })],
    ['sets', () => ({ ipsets: 'create a hash:ip family inet' })],
  ])('stands on other grounds when %s changed', (_, change) => {
    const memory = new AnnotationMemory();
    const own = {
      ...hostOf(first),
      policyRules: [{ family: 'ip' as const, priority: 5, table: 7, action: 'lookup', invert: false }],
    };
    const known = memory.groundsOf('host', own);
    expect(memory.groundsOf('host', { ...own })).toBe(known);
    expect(memory.groundsOf('host', { ...own, ...change(own) })).not.toBe(known);
  });

  it('stands on the same grounds when what moves by itself has moved', () => {
    const memory = new AnnotationMemory();
    const next = structuredClone(first);
    const known = memory.groundsOf('host', hostOf(first));
    expect(memory.groundsOf('host', structuredClone(hostOf(first)))).toBe(known);
    withText(next, (text) => text.replaceAll(/\[\d+:\d+\]/g, '[9:540]'));
    const own = hostOf(next);
    own.sysctls['net.netfilter.nf_conntrack_count'] = '77';
    for (const link of own.links) link.statistics = { ...none, rxPackets: 5 };
    expect(memory.groundsOf('host', own)).toBe(known);
  });
});

const none = {
  ...{ rxPackets: 0, txPackets: 0, rxBytes: 0, txBytes: 0 },
  ...{ rxErrors: 0, txErrors: 0, rxDropped: 0, txDropped: 0 },
};
