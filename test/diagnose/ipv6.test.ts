/** What IPv6 has of its own: switched off on a link, gateways and prefixes of its family, neighbour discovery. */
import { describe, expect, it } from 'vitest';
import { contains, networkOf } from '../../src/diagnose/prefix.ts';
import { createReader } from '../../src/session/seen-packet.ts';
import type { HostSnapshot } from '../../src/snapshot/schema.ts';
import { healthy, judge, linkOf, namespaceOf } from './world.ts';

/** The healthy host, with IPv6 on network app. */
function dual(): HostSnapshot {
  const snapshot = healthy();
  for (const [name, at] of [
    ['db', 2],
    ['web', 3],
  ] as const) {
    const namespace = namespaceOf(snapshot, name);
    linkOf(snapshot, name, 'eth0').addresses.push({ cidr: `fd00:30::${at}/64`, scope: 'global', flags: [] });
    namespace.routes.push(
      { ...route('fd00:30::/64', 2, 'eth0'), scope: 'link' },
      { ...route('default', 2, 'eth0'), gateway: 'fd00:30::1' },
    );
    for (const listener of [...namespace.listeners])
      namespace.listeners.push({ ...listener, family: 'ip6', address: '::' });
    const [endpoint] = snapshot.containers.find((one) => one.name === name)?.endpoints ?? [];
    Object.assign(endpoint ?? {}, { address6: `fd00:30::${at}`, gateway6: 'fd00:30::1' });
  }
  const host = namespaceOf(snapshot, 'host');
  linkOf(snapshot, 'host', 'br-app').addresses.push({ cidr: 'fd00:30::1/64', scope: 'global', flags: [] });
  linkOf(snapshot, 'host', 'eth0').addresses.push({
    cidr: '2001:db8:113::10/64',
    scope: 'global',
    flags: [],
  });
  host.routes.push(route('fd00:30::/64', 3, 'br-app'), route('2001:db8:113::/64', 2, 'eth0'));
  host.sysctls['net.ipv6.conf.all.forwarding'] = '1';
  for (const device of ['eth0', 'br-app', 'vethdb', 'vethweb'])
    host.sysctls[`net.ipv6.conf.${device}.forwarding`] = '1';
  snapshot.networks[0]?.subnets.push({ subnet: 'fd00:30::/64' });
  return snapshot;
}

function route(destination: string, interfaceIndex: number, name: string) {
  return {
    family: 'ip6' as const,
    destination,
    interfaceIndex,
    interface: name,
    type: 'unicast',
    table: 254,
    metric: 0,
    protocol: 'kernel',
    scope: 'global',
    flags: [],
  };
}

function withoutIpv6(snapshot: HostSnapshot, name: string): void {
  const namespace = namespaceOf(snapshot, name);
  namespace.sysctls['net.ipv6.conf.eth0.disable_ipv6'] = '1';
  namespace.routes = namespace.routes.filter(({ family }) => family === 'ip');
  const eth0 = linkOf(snapshot, name, 'eth0');
  eth0.addresses = eth0.addresses.filter(({ cidr }) => !cidr.includes(':'));
}

describe('diagnose over IPv6', () => {
  it('finds nothing wrong where nothing is', async () => {
    const { reachable, findings } = await judge(dual(), 'web', '[fd00:30::2]:3306');
    expect({ reachable, findings }).toEqual({ reachable: true, findings: [] });
  });

  it.each(['web', 'db'])(
    'says that IPv6 is switched off in %s, and puts back what went with it',
    async (name) => {
      const snapshot = dual();
      withoutIpv6(snapshot, name);
      const { findings } = await judge(snapshot, 'web', '[fd00:30::2]:3306');
      const at = name === 'db' ? 2 : 3;
      const enter = `nsenter -t ${name === 'db' ? 1001 : 1002} -n`;
      expect(findings[0]).toMatchObject({
        cause: 'ipv6-disabled',
        evidence: [{ kind: 'sysctl', where: name, text: 'net.ipv6.conf.eth0.disable_ipv6 = 1' }],
        fix: [
          `${enter} sysctl -w net.ipv6.conf.eth0.disable_ipv6=0`,
          `${enter} ip -6 address add fd00:30::${at}/64 dev eth0 nodad`,
          `${enter} ip -6 route add default via fd00:30::1`,
        ],
      });
    },
  );

  it('says that a network without IPv6 gives its containers none', async () => {
    const snapshot = healthy();
    namespaceOf(snapshot, 'web').sysctls['net.ipv6.conf.eth0.disable_ipv6'] = '1';
    const { findings } = await judge(snapshot, 'web', '[2001:db8::1]:80');
    expect(findings[0]).toMatchObject({ cause: 'ipv6-disabled' });
    expect(findings[0]?.fix.at(-1)).toBe('docker network connect web-ipv6 web');
    expect((await judge(snapshot, 'web', 'db:3306')).findings).toEqual([]);
  });

  it('is not blamed for an address of IPv4 that is gone', async () => {
    const snapshot = healthy();
    const db = namespaceOf(snapshot, 'db');
    db.sysctls['net.ipv6.conf.eth0.disable_ipv6'] = '1';
    linkOf(snapshot, 'db', 'eth0').addresses = [];
    const { findings } = await judge(snapshot, 'web', '172.30.0.2:3306');
    expect(findings[0]?.cause).toBe('arp-unanswered');
  });

  it('names the gateway of the family where the default route is gone', async () => {
    const snapshot = dual();
    const web = namespaceOf(snapshot, 'web');
    web.routes = web.routes.filter(({ family, destination }) => family === 'ip' || destination !== 'default');
    const { findings } = await judge(snapshot, 'web', '[2001:db8:113::1]:80');
    expect(findings[0]).toMatchObject({
      cause: 'no-route',
      fix: ['nsenter -t 1002 -n ip -6 route add default via fd00:30::1'],
    });
  });

  it('masquerades with ip6tables', async () => {
    const { findings } = await judge(dual(), 'web', '[2001:db8:113::1]:80');
    expect(findings[0]).toMatchObject({
      cause: 'masquerade-missing',
      fix: ['ip6tables -t nat -A POSTROUTING -s fd00:30::/64 ! -o br-app -j MASQUERADE'],
    });
  });

  it('knows a port that neighbour solicitations do not get to, unless the address is known', async () => {
    const snapshot = dual();
    const vethdb = linkOf(snapshot, 'host', 'vethdb');
    vethdb.port = { ...vethdb.port, mcast_flood: false };
    const { findings } = await judge(snapshot, 'web', '[fd00:30::2]:3306');
    expect(findings[0]).toMatchObject({
      cause: 'bridge-port-blocked',
      fix: ['bridge link set dev vethdb mcast_flood on'],
    });
    expect((await judge(snapshot, 'web', '172.30.0.2:3306')).findings).toEqual([]);
    namespaceOf(snapshot, 'web').neighbours.push({
      ...{ address: 'fd00:30::2', interfaceIndex: 2, interface: 'eth0', mac: '02:42:ac:1e:00:02' },
      ...{ state: 'REACHABLE', flags: [] },
    });
    expect((await judge(snapshot, 'web', '[fd00:30::2]:3306')).findings).toEqual([]);
  });

  it('warns of what stops the other family of a name', async () => {
    const snapshot = dual();
    namespaceOf(snapshot, 'db').rulesets.push({
      backend: 'iptables-nft',
      family: 'ip6',
      text: '*filter\n:INPUT DROP [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n',
    });
    const { reachable, findings } = await judge(snapshot, 'web', 'db:3306');
    expect({ reachable, causes: findings.map(({ cause, severity }) => [cause, severity]) }).toEqual({
      reachable: true,
      causes: [['container-rule-drop', 'warning']],
    });
    expect(findings[0]?.summary).toMatch(
      /^Over IPv6 \(\[fd00:30::2\]:3306\), which a client may take as well: /,
    );
    expect((await judge(snapshot, 'host', 'db:3306')).findings).toEqual([]);
    withoutIpv6(snapshot, 'web');
    const [web] = snapshot.containers.filter(({ name }) => name === 'web');
    for (const endpoint of web?.endpoints ?? []) endpoint.address6 = '';
    expect((await judge(snapshot, 'web', 'db:3306')).findings).toEqual([]);
  });

  it('judges the published port of the family that a client outside has', async () => {
    const snapshot = dual();
    const host = namespaceOf(snapshot, 'host');
    host.routes.push({ ...route('default', 2, 'eth0'), gateway: '2001:db8:113::1' });
    const [web] = snapshot.containers.filter(({ name }) => name === 'web');
    web?.published.push({ protocol: 'tcp', containerPort: 80, hostAddress: '::', hostPort: 8081 });
    const { to, path } = await judge(snapshot, 'external:2001:db8:113::9', 'web:80');
    expect(to.address).toBe('2001:db8:113::10');
    expect(path[0]?.evidence).toBe('[2001:db8:113::10]:8081, published for port 80');
    web?.published.pop();
    const { findings } = await judge(snapshot, 'external:2001:db8:113::9', 'web:80');
    expect(findings[0]).toMatchObject({ cause: 'ipv6-disabled', severity: 'blocker' });
    expect((await judge(snapshot, 'external:203.0.113.9', 'web:80')).to.address).toBe('203.0.113.10');
  });

  it('refuses a link-local address, and says why', async () => {
    await expect(judge(dual(), 'web', '[fe80::1]:80')).rejects.toThrow(/another host on every link/);
  });

  it('only remarks that nobody listens on the other family', async () => {
    const snapshot = dual();
    const db = namespaceOf(snapshot, 'db');
    db.listeners = db.listeners.filter(({ family }) => family === 'ip');
    const { findings } = await judge(snapshot, 'web', 'db:3306');
    expect(findings.map(({ severity }) => severity)).toEqual(['info']);
  });
});

describe('prefixes', () => {
  it.each([
    ['172.30.0.0/24', '172.30.0.255', true],
    ['172.30.0.0/24', '172.30.1.0', false],
    ['0.0.0.0/0', '8.8.8.8', true],
    ['200.0.0.0/1', '128.0.0.1', true],
    ['fd00:30::/64', 'fd00:30::ffff:1', true],
    ['fd00:30::/64', 'fd00:30:0:1::1', false],
    ['fd00:30::/33', 'fd00:30:7fff::1', true],
    ['fd00:30::/33', 'fd00:30:8000::1', false],
    ['fd00::1', 'fd00::1', true],
    ['fd00::1', 'fd00::2', false],
    ['::/0', '10.0.0.1', false],
    ['default', 'fd00::1', true],
    ['no address', 'fd00::1', false],
  ])('%s has %s: %s', (prefix, address, expected) => {
    expect(contains(prefix, address)).toBe(expected);
  });

  it('makes a network of an address with its length', () => {
    expect(['172.30.0.3/24', '10.1.2.3/9', 'fd00:30::3/64', 'fd00:30::3'].map(networkOf)).toEqual([
      '172.30.0.0/24',
      '10.0.0.0/9',
      'fd00:30::/64',
      'fd00:30::3/128',
    ]);
  });
});

describe('a seen packet', () => {
  it('is a question for a neighbour, or the answer', () => {
    const message = (type: number) =>
      Buffer.from(
        `33330000000202000000000386dd6000000000203aff` +
          `fd000030000000000000000000000003${'ff0200000000000000000001ff000002'}` +
          `${type.toString(16)}00000000000000fd0000300000000000000000000000020101020000000003`,
        'hex',
      );
    const read = createReader();
    const [question, answer] = [135, 136].map((type) => {
      const bytes = message(type);
      return read('web:eth0', { bytes, linkType: 1, wireLength: bytes.length, seconds: 1, nanoseconds: 0 });
    });
    expect(question).toMatchObject({
      kind: 'neighbour-solicitation',
      text: 'who has fd00:30::2, tell fd00:30::3',
    });
    expect(answer).toMatchObject({ kind: 'neighbour-advertisement', text: 'fd00:30::2 is here' });
  });
});
