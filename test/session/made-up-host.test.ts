import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { addRules, parseRulesFile } from '../../src/session/given-rules.ts';
import { bareSnapshot } from '../../src/session/host-state.ts';
import { parseGivenAddress, parseGivenRoute, withGiven } from '../../src/session/made-up-host.ts';
import { createNamespaceState } from '../../src/snapshot/create.ts';

describe('a host made up for a bare dump', () => {
  const eth0 = {
    index: 7,
    name: 'eth0',
    kind: 'physical',
    mac: '',
    mtu: 1500,
    flags: ['up'],
    operstate: 'UP',
    details: {},
  };
  const bare = createNamespaceState({ id: 'net:[0]', host: true });

  it('gives an address to the interface whose route covers it, else to the loopback interface', () => {
    const routes = ['192.0.2.0/24=eth0', 'default=eth0', '2001:db8::/64=eth0'].map(parseGivenRoute);
    const made = withGiven(bare, ['192.0.2.1', '10.0.0.1', '2001:db8::1'], routes, ['docker0']);
    const addresses = Object.fromEntries(
      made.links.map(({ name, addresses: list }) => [name, list.map(({ cidr }) => cidr)]),
    );
    expect(addresses).toEqual({
      lo: ['127.0.0.1/8', '::1/128', '10.0.0.1/32'],
      eth0: ['192.0.2.1/24', '2001:db8::1/64'],
      docker0: [],
    });
    expect(new Set(made.links.map(({ index }) => index)).size).toBe(3);
    expect(
      made.routes.map(({ family, destination, interface: device }) => [family, destination, device]),
    ).toEqual([
      ['ip', '192.0.2.0/24', 'eth0'],
      ['ip', 'default', 'eth0'],
      ['ip6', 'default', 'eth0'],
      ['ip6', '2001:db8::/64', 'eth0'],
    ]);
  });

  it('adds to what a real host says, and changes none of it', () => {
    const known = createNamespaceState({
      id: 'net:[1]',
      links: [{ ...eth0, addresses: [{ cidr: '198.51.100.1/24', scope: 'global', flags: [] }] }],
      sysctls: { 'net.ipv4.ip_forward': '0' },
    });
    const made = withGiven(known, ['192.0.2.1'], [parseGivenRoute('192.0.2.0/24=eth0')], []);
    expect(made.links.find(({ name }) => name === 'eth0')).toMatchObject({ index: 7 });
    expect(made.links.find(({ name }) => name === 'eth0')?.addresses.map(({ cidr }) => cidr)).toEqual([
      '198.51.100.1/24',
      '192.0.2.1/24',
    ]);
    expect(made.sysctls['net.ipv4.ip_forward']).toBe('0');
    expect(known.links[0]?.addresses).toHaveLength(1);
  });

  it.each(['10.0.0.0/33=eth0', '10.0.0.0=eth0', 'eth0', '=eth0', 'default=', '2001:db8::/129=eth0'])(
    'refuses the route %s',
    (text) => expect(() => parseGivenRoute(text)).toThrow(/PREFIX=IFACE/),
  );

  it.each(['10.0.0', '10.0.0.1/24', 'eth0', ''])('refuses the address "%s"', (text) =>
    expect(() => parseGivenAddress(text)).toThrow(/no IP address/),
  );
});

describe('rules given by hand', () => {
  it('belong to the host, or to the namespace before the equals sign, unless a file has that whole name', () => {
    const folder = mkdtempSync(join(tmpdir(), 'netscope-test-'));
    const odd = join(folder, 'a=b.rules');
    writeFileSync(odd, '*filter\nCOMMIT\n');
    expect(parseRulesFile('dump.rules')).toEqual({ namespace: 'host', file: 'dump.rules' });
    expect(parseRulesFile('web=dump.rules')).toEqual({ namespace: 'web', file: 'dump.rules' });
    expect(parseRulesFile(odd)).toEqual({ namespace: 'host', file: odd });
    rmSync(folder, { recursive: true });
  });

  it('take the place of the rules that a snapshot has, and make up namespaces that it lacks', () => {
    const folder = mkdtempSync(join(tmpdir(), 'netscope-test-'));
    const [four = '', six = '', native = ''] = ['four', 'six', 'native'].map((name) => join(folder, name));
    writeFileSync(four, '*filter\n:INPUT DROP [0:0]\nCOMMIT\n');
    writeFileSync(six, '*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -s fd00::/8 -j DROP\nCOMMIT\n');
    writeFileSync(native, ' {"nftables": []}');
    const snapshot = {
      ...bareSnapshot('2026-01-01T00:00:00Z'),
      namespaces: [
        createNamespaceState({
          id: 'net:[5]',
          host: true,
          rulesets: [{ backend: 'iptables-legacy', family: 'ip', text: 'old' }],
        }),
      ],
    };
    const { namespaces } = addRules(snapshot, [
      { namespace: 'host', file: four },
      { namespace: 'host', file: six },
      { namespace: 'web', file: native },
    ]);
    expect(
      namespaces.map(({ host, names, rulesets }) => [host, names, rulesets.map(({ backend }) => backend)]),
    ).toEqual([
      [true, [], ['iptables-nft', 'iptables-nft']],
      [false, ['web'], ['nftables']],
    ]);
    rmSync(folder, { recursive: true });
  });
});
