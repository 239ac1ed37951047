/** Rules that drop: whose they are, where they stand, and which ones are blamed for nothing. */
import { describe } from 'vitest';
import type { HostSnapshot } from '../../../src/snapshot/schema.ts';
import { namespaceOf, rules } from '../world.ts';
import { type Case, findsEach, networkNamed, nothing, ruleBefore, sysctl, tableOfRules } from './cases.ts';

const without = (rule: RegExp) => (snapshot: HostSnapshot) =>
  rules(snapshot, 'host', (text) => text.replace(rule, ''));

/** Rules in the backend that Docker does not use. */
const legacy =
  (...added: readonly string[]) =>
  (snapshot: HostSnapshot) => {
    const chains = ['INPUT', 'FORWARD', 'OUTPUT'].map((chain) => `:${chain} ACCEPT [0:0]`);
    const text = ['*filter', ...chains, ...added, 'COMMIT', ''].join('\n');
    namespaceOf(snapshot, 'host').rulesets.push({ backend: 'iptables-legacy', family: 'ip', text });
  };

/** A bridge that somebody made by hand, whose ports FORWARD's policy keeps apart. */
function ownBridge(snapshot: HostSnapshot): void {
  snapshot.networks = snapshot.networks.filter(({ name }) => name !== 'app');
  without(/-A FORWARD -i br-app -o br-app.*\n/)(snapshot);
}

const cases: readonly Case[] = [
  {
    cause: 'docker-user-drop',
    how: 'a rule in DOCKER-USER',
    from: 'web',
    to: 'db:3306',
    names: 'rule 1 of filter DOCKER-USER',
    fault: ruleBefore('-A DOCKER-USER -j RETURN', '-A DOCKER-USER -p tcp -m tcp --dport 3306 -j DROP'),
  },
  {
    cause: 'docker-user-drop',
    how: 'on the way back',
    from: 'web',
    to: 'db:3306',
    names: 'the answers of db',
    fault: ruleBefore('-A DOCKER-USER -j RETURN', '-A DOCKER-USER -p tcp -m tcp --sport 3306 -j DROP'),
  },
  {
    cause: 'user-rule-drop',
    how: 'raw',
    from: 'web',
    to: 'db:3306',
    names: 'raw PREROUTING',
    fault: tableOfRules(
      'raw',
      ':PREROUTING ACCEPT [0:0]',
      '-A PREROUTING -p tcp -m tcp --dport 3306 -j DROP',
    ),
  },
  {
    cause: 'user-rule-drop',
    how: 'a DNAT to nobody',
    from: 'web',
    to: 'db:3306',
    names: '172.30.0.99',
    fault: ruleBefore(
      '-A PREROUTING -m addrtype',
      '-A PREROUTING -p tcp -m tcp --dport 3306 -j DNAT --to-destination 172.30.0.99:3306',
    ),
  },
  {
    cause: 'host-input-drop',
    how: 'INPUT drops',
    from: 'web',
    to: '172.30.0.1:9000',
    names: 'filter INPUT',
    fault: ruleBefore('-A FORWARD -j DOCKER-USER', '-A INPUT -i br-app -p tcp -m tcp --dport 9000 -j DROP'),
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
      tableOfRules(
        'filter',
        ':OUTPUT ACCEPT [0:0]',
        '-A OUTPUT -p tcp -m tcp --dport 3306 -j DROP',
      )(s, 'web'),
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
    fault: tableOfRules(
      'raw',
      ':PREROUTING ACCEPT [0:0]',
      '-A PREROUTING -d 172.30.0.3/32 ! -i br-app -j DROP',
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
    cause: 'rules-flushed',
    how: 'FORWARD and nat are empty',
    from: 'web',
    to: '198.51.100.7:80',
    names: 'flushed',
    fault: (s) => rules(s, 'host', (text) => text.replaceAll(/-A .*\n/g, '')),
  },
  {
    cause: 'forward-policy-drop',
    how: 'no rule lets the network out',
    from: 'web',
    to: '198.51.100.7:80',
    names: 'the policy of filter FORWARD drops',
    proof: '-P FORWARD DROP',
    fix: 'iptables -I FORWARD -i br-app -o eth0 -j ACCEPT',
    fault: without(/-A FORWARD -i br-app ! -o.*\n/),
    near: (s) => {
      without(/-A FORWARD -i br-app ! -o.*\n/)(s);
      rules(s, 'host', (text) => text.replace(':FORWARD DROP', ':FORWARD ACCEPT'));
    },
  },
  {
    cause: 'backend-split',
    how: 'a rule of iptables-legacy, where Docker writes through iptables-nft',
    from: 'web',
    to: 'db:3306',
    names: 'it is in iptables-legacy, the rules of Docker are in iptables-nft',
    proof: '--dport 3306 -j DROP',
    fix: 'iptables-legacy -D FORWARD -p tcp -m tcp --dport 3306 -j DROP',
    fault: legacy('-A FORWARD -p tcp -m tcp --dport 3306 -j DROP'),
    // What a single `iptables-legacy -L` leaves behind.
    near: legacy(),
  },
  {
    cause: 'bridge-nf-drop',
    how: 'a bridge that is none of an engine',
    from: 'web',
    to: '172.30.0.2:3306',
    names: 'bridge-nf-call-iptables=1 leads bridged frames through iptables',
    proof: 'net.bridge.bridge-nf-call-iptables = 1',
    fix: 'iptables -I FORWARD -i br-app -o br-app -j ACCEPT',
    fault: ownBridge,
    near: (s) => {
      ownBridge(s);
      sysctl(s, 'net.bridge.bridge-nf-call-iptables', '0');
    },
  },
];

describe('causes: rules', () => findsEach(cases));
