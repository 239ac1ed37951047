/** Each cause is found, first, in a host that has that fault and no other. */
import { describe, expect, it } from 'vitest';
import type { HostSnapshot } from '../../src/snapshot/schema.ts';
import { healthy, judge, linkOf, namespaceOf, rules } from './world.ts';

interface Case {
  readonly cause: string;
  readonly how: string;
  readonly from: string;
  readonly to: string;
  readonly names: string;
  fault(snapshot: HostSnapshot): void;
}

const before = (line: string, rule: string) => (text: string) => text.replace(line, `${rule}\n${line}`);
const nothing = () => {};
const db = '172.30.0.2:3306';

function sysctl(snapshot: HostSnapshot, name: string, value: string): void {
  namespaceOf(snapshot, 'host').sysctls[name] = value;
}

function containerNamed(snapshot: HostSnapshot, name: string) {
  const found = snapshot.containers.find((one) => one.name === name);
  if (found === undefined) throw new Error(name);
  return found;
}

function networkNamed(snapshot: HostSnapshot, name: string) {
  const found = snapshot.networks.find((one) => one.name === name);
  if (found === undefined) throw new Error(name);
  return found;
}

const cases: readonly Case[] = [
  {
    cause: 'docker-user-drop',
    how: 'a rule in DOCKER-USER',
    from: 'web',
    to: 'db:3306',
    names: 'rule 1 of filter DOCKER-USER',
    fault: (s) =>
      rules(
        s,
        'host',
        before('-A DOCKER-USER -j RETURN', '-A DOCKER-USER -p tcp -m tcp --dport 3306 -j DROP'),
      ),
  },
  {
    cause: 'docker-user-drop',
    how: 'on the way back',
    from: 'web',
    to: 'db:3306',
    names: 'the answers of db',
    fault: (s) =>
      rules(
        s,
        'host',
        before('-A DOCKER-USER -j RETURN', '-A DOCKER-USER -p tcp -m tcp --sport 3306 -j DROP'),
      ),
  },
  {
    cause: 'user-rule-drop',
    how: 'raw',
    from: 'web',
    to: 'db:3306',
    names: 'raw PREROUTING',
    fault: (s) =>
      rules(
        s,
        'host',
        (text) =>
          `${text}*raw\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -p tcp -m tcp --dport 3306 -j DROP\nCOMMIT\n`,
      ),
  },
  {
    cause: 'user-rule-drop',
    how: 'a DNAT to nobody',
    from: 'web',
    to: 'db:3306',
    names: '172.30.0.99',
    fault: (s) =>
      rules(
        s,
        'host',
        before(
          '-A PREROUTING -m addrtype',
          '-A PREROUTING -p tcp -m tcp --dport 3306 -j DNAT --to-destination 172.30.0.99:3306',
        ),
      ),
  },
  {
    cause: 'stale-dnat',
    how: "in Docker's chain",
    from: 'external:203.0.113.9',
    to: '203.0.113.10:8080',
    names: '172.30.0.99',
    fault: (s) => rules(s, 'host', (text) => text.replaceAll('172.30.0.3', '172.30.0.99')),
  },
  {
    cause: 'host-input-drop',
    how: 'INPUT drops',
    from: 'web',
    to: '172.30.0.1:9000',
    names: 'filter INPUT',
    fault: (s) =>
      rules(
        s,
        'host',
        before('-A FORWARD -j DOCKER-USER', '-A INPUT -i br-app -p tcp -m tcp --dport 9000 -j DROP'),
      ),
  },
  {
    cause: 'host-input-drop',
    how: 'by its policy',
    from: 'web',
    to: '172.30.0.1:9000',
    names: 'the policy of filter INPUT',
    fault: (s) => rules(s, 'host', (text) => text.replace(':INPUT ACCEPT', ':INPUT DROP')),
  },
  {
    cause: 'container-rule-drop',
    how: 'OUTPUT of the client',
    from: 'web',
    to: 'db:3306',
    names: 'In web',
    fault: (s) =>
      rules(
        s,
        'web',
        (text) =>
          `${text}*filter\n:OUTPUT ACCEPT [0:0]\n-A OUTPUT -p tcp -m tcp --dport 3306 -j DROP\nCOMMIT\n`,
      ),
  },
  {
    cause: 'network-isolation',
    how: 'two networks',
    from: 'web',
    to: '172.31.0.2:3306',
    names: 'br-other',
    fault: nothing,
  },
  {
    cause: 'raw-direct-access-drop',
    how: "Docker 28's rule",
    from: 'external:203.0.113.9',
    to: '172.30.0.3:80',
    names: 'raw PREROUTING',
    fault: (s) =>
      rules(
        s,
        'host',
        (text) =>
          `${text}*raw\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -d 172.30.0.3/32 ! -i br-app -j DROP\nCOMMIT\n`,
      ),
  },
  {
    cause: 'icc-disabled',
    how: 'enable_icc=false',
    from: 'web',
    to: 'db:3306',
    names: 'network app',
    fault: (s) => {
      networkNamed(s, 'app').options['com.docker.network.bridge.enable_icc'] = 'false';
      rules(s, 'host', (text) =>
        text.replace('-i br-app -o br-app -j ACCEPT', '-i br-app -o br-app -j DROP'),
      );
    },
  },
  {
    cause: 'masquerade-missing',
    how: 'no rule',
    from: 'web',
    to: '198.51.100.7:80',
    names: '172.30.0.3',
    fault: (s) => rules(s, 'host', (text) => text.replace(/-A POSTROUTING -s 172.30.*\n/, '')),
  },
  {
    cause: 'rules-flushed',
    how: 'FORWARD and nat are empty',
    from: 'web',
    to: '198.51.100.7:80',
    names: 'flushed',
    fault: (s) => rules(s, 'host', (text) => text.replaceAll(/-A .*\n/g, '')),
  },
  {
    cause: 'docker-iptables-disabled',
    how: 'no chains',
    from: 'web',
    to: '198.51.100.7:80',
    names: 'iptables=false',
    fault: (s) => rules(s, 'host', () => '*filter\n:FORWARD ACCEPT [0:0]\nCOMMIT\n'),
  },
  {
    cause: 'ip-forward-off',
    how: 'ip_forward',
    from: 'web',
    to: '198.51.100.7:80',
    names: 'net.ipv4.ip_forward',
    fault: (s) => sysctl(s, 'net.ipv4.ip_forward', '0'),
  },
  {
    cause: 'ip-forward-off',
    how: 'on one interface',
    from: 'web',
    to: '198.51.100.7:80',
    names: 'net.ipv4.conf.br-app.forwarding',
    fault: (s) => sysctl(s, 'net.ipv4.conf.br-app.forwarding', '0'),
  },
  {
    cause: 'conntrack-full',
    how: 'count = max',
    from: 'web',
    to: 'db:3306',
    names: '1000 of 1000',
    fault: (s) => sysctl(s, 'net.netfilter.nf_conntrack_count', '1000'),
  },
  {
    cause: 'not-listening',
    how: 'no socket',
    from: 'web',
    to: 'db:3306',
    names: 'port 3306',
    fault: (s) => {
      namespaceOf(s, 'db').listeners = [];
    },
  },
  { cause: 'wrong-port', how: 'another port', from: 'web', to: 'db:3307', names: '3306', fault: nothing },
  {
    cause: 'listening-on-loopback',
    how: '127.0.0.1',
    from: 'web',
    to: 'db:3306',
    names: '127.0.0.1:3306',
    fault: (s) => {
      for (const one of namespaceOf(s, 'db').listeners) one.address = '127.0.0.1';
    },
  },
  {
    cause: 'dialled-localhost',
    how: '127.0.0.1',
    from: 'web',
    to: '127.0.0.1:3306',
    names: 'web itself',
    fault: nothing,
  },
  {
    cause: 'dialled-localhost',
    how: 'localhost',
    from: 'web',
    to: 'localhost:3306',
    names: 'db',
    fault: nothing,
  },
  {
    cause: 'port-not-published',
    how: 'a port of db',
    from: 'external:203.0.113.9',
    to: 'db:3306',
    names: 'db',
    fault: nothing,
  },
  {
    cause: 'port-not-published',
    how: "the host's address",
    from: 'external:203.0.113.9',
    to: '203.0.113.10:3306',
    names: '3306',
    fault: nothing,
  },
  {
    cause: 'published-on-other-address',
    how: '127.0.0.1',
    from: 'external:203.0.113.9',
    to: '203.0.113.10:8080',
    names: '127.0.0.1',
    fault: (s) => {
      for (const one of containerNamed(s, 'web').published) one.hostAddress = '127.0.0.1';
      for (const one of namespaceOf(s, 'host').listeners) one.address = '127.0.0.1';
      rules(s, 'host', (text) =>
        text.replace('-A DOCKER ! -i br-app -p tcp', '-A DOCKER -d 127.0.0.1/32 ! -i br-app -p tcp'),
      );
    },
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
    cause: 'dns-nxdomain',
    how: 'another network',
    from: 'web',
    to: 'far:3306',
    names: 'far is on other',
    fault: nothing,
  },
  {
    cause: 'dns-embedded-broken',
    how: 'no rules',
    from: 'web',
    to: 'db:3306',
    names: '127.0.0.11',
    fault: (s) => {
      namespaceOf(s, 'web').rulesets = [];
    },
  },
  {
    cause: 'dns-default-bridge',
    how: 'the default bridge',
    from: 'web',
    to: 'far:3306',
    names: 'default bridge',
    fault: (s) => {
      for (const one of containerNamed(s, 'web').endpoints) one.network = 'bridge';
      namespaceOf(s, 'web').resolvConf = 'nameserver 203.0.113.1\n';
    },
  },
  {
    cause: 'veth-down',
    how: "the host's end",
    from: 'web',
    to: db,
    names: 'vethdb',
    fault: (s) => {
      linkOf(s, 'host', 'vethdb').flags = ['broadcast'];
    },
  },
  {
    cause: 'veth-down',
    how: "the container's end",
    from: 'web',
    to: db,
    names: 'db:eth0',
    fault: (s) => {
      linkOf(s, 'db', 'eth0').flags = ['broadcast'];
    },
  },
  {
    cause: 'veth-not-attached',
    how: 'no master',
    from: 'web',
    to: db,
    names: 'vethdb',
    fault: (s) => {
      delete linkOf(s, 'host', 'vethdb').master;
    },
  },
  {
    cause: 'veth-not-attached',
    how: 'the wrong bridge',
    from: 'web',
    to: db,
    names: 'br-other',
    fault: (s) => {
      linkOf(s, 'host', 'vethdb').master = 4;
    },
  },
  {
    cause: 'bridge-down',
    how: 'br-app',
    from: 'web',
    to: db,
    names: 'br-app',
    fault: (s) => {
      linkOf(s, 'host', 'br-app').flags = ['broadcast'];
    },
  },
  {
    cause: 'bridge-port-blocked',
    how: 'its state',
    from: 'web',
    to: db,
    names: 'disabled',
    fault: (s) => {
      linkOf(s, 'host', 'vethdb').port = { state: 'disabled' };
    },
  },
  {
    cause: 'bridge-port-blocked',
    how: 'isolated',
    from: 'web',
    to: db,
    names: 'isolated',
    fault: (s) => {
      for (const name of ['vethdb', 'vethweb'])
        linkOf(s, 'host', name).port = { state: 'forwarding', isolated: true };
    },
  },
  {
    cause: 'bridge-no-address',
    how: 'none',
    from: 'web',
    to: '198.51.100.7:80',
    names: '172.30.0.1',
    fault: (s) => {
      linkOf(s, 'host', 'br-app').addresses = [];
      namespaceOf(s, 'host').routes = namespaceOf(s, 'host').routes.filter(
        (route) => route.interface !== 'br-app',
      );
    },
  },
  {
    cause: 'arp-unanswered',
    how: 'nobody',
    from: 'web',
    to: '172.30.0.77:80',
    names: '172.30.0.77',
    fault: nothing,
  },
  {
    cause: 'arp-unanswered',
    how: 'NOARP',
    from: 'web',
    to: db,
    names: 'ARP',
    fault: (s) => {
      linkOf(s, 'db', 'eth0').flags.push('noarp');
    },
  },
  {
    cause: 'arp-stale',
    how: 'another MAC',
    from: 'web',
    to: db,
    names: '02:42:ac:1e:00:63',
    fault: (s) => {
      namespaceOf(s, 'web').neighbours.push({
        address: '172.30.0.2',
        mac: '02:42:ac:1e:00:63',
        interfaceIndex: 2,
        interface: 'eth0',
        state: 'PERMANENT',
        flags: [],
      });
    },
  },
  {
    cause: 'mtu-black-hole',
    how: 'a port of 1,000 octets',
    from: 'db',
    to: 'web:80',
    names: '1000',
    fault: (s) => {
      linkOf(s, 'host', 'vethweb').mtu = 1000;
    },
  },
  {
    cause: 'no-route',
    how: 'no default route',
    from: 'web',
    to: '198.51.100.7:80',
    names: 'no route',
    fault: (s) => {
      namespaceOf(s, 'web').routes.shift();
    },
  },
  {
    cause: 'internal-network',
    how: 'no default route',
    from: 'web',
    to: '198.51.100.7:80',
    names: 'internal',
    fault: (s) => {
      networkNamed(s, 'app').internal = true;
      namespaceOf(s, 'web').routes.shift();
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

describe('causes', () => {
  it.each(cases)('finds $cause: $how', async ({ cause, from, to, names, fault }) => {
    const snapshot = healthy();
    fault(snapshot);
    const { findings, reachable } = await judge(snapshot, from, to);
    const [first] = findings;
    expect(first?.cause, JSON.stringify(findings)).toBe(cause);
    expect(JSON.stringify(first)).toContain(names);
    expect(first?.evidence.length).toBeGreaterThan(0);
    expect(reachable).toBe(false);
  });

  it.each([
    ['web', 'db:3306'],
    ['web', '172.30.0.2:3306'],
    ['db', 'web:80'],
    ['host', 'db:3306'],
    ['web', '203.0.113.10:8080'],
    ['external:203.0.113.9', 'web:80'],
    ['external:203.0.113.9', '203.0.113.10:8080'],
  ])('finds nothing wrong with %s to %s on a healthy host', async (from, to) => {
    const { findings, reachable } = await judge(healthy(), from, to);
    expect(findings).toEqual([]);
    expect(reachable).toBe(true);
  });

  it('finds two faults at once', async () => {
    const snapshot = healthy();
    rules(
      snapshot,
      'host',
      before('-A DOCKER-USER -j RETURN', '-A DOCKER-USER -p tcp -m tcp --dport 3306 -j DROP'),
    );
    for (const one of namespaceOf(snapshot, 'db').listeners) one.address = '127.0.0.1';
    const { findings } = await judge(snapshot, 'web', 'db:3306');
    expect(findings.map(({ cause }) => cause)).toEqual(['docker-user-drop', 'listening-on-loopback']);
  });
});
