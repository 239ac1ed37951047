/** Random rule sets for the router of lab.py. */
import { addresses, ports } from './addresses.ts';
import type { Random } from './random.ts';

type Family = 'ip' | 'ip6';

const chainsOf: Readonly<Record<string, readonly string[]>> = {
  raw: ['PREROUTING', 'OUTPUT'],
  mangle: ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'],
  nat: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
  filter: ['INPUT', 'FORWARD', 'OUTPUT'],
  security: ['INPUT', 'FORWARD', 'OUTPUT'],
};

const prefixes = {
  ip: [
    '10.1.0.0/24',
    '10.2.0.0/16',
    '10.3.0.0/24',
    '10.0.0.0/8',
    '198.51.100.0/24',
    '127.0.0.0/8',
    '10.3.0.10/31',
  ],
  ip6: [
    'fd00:1::/64',
    'fd00:2::/32',
    'fd00:3::/64',
    'fd00::/8',
    '2001:db8::/32',
    '::1/128',
    'fd00:3::10/124',
  ],
} as const;

const devices = ['ra', 'rb', 'br0', 'lo', 'r+', 'p1'] as const;

/** What a rule that is called from these hooks may look at. */
interface Place {
  readonly family: Family;
  readonly table: string;
  readonly hooks: ReadonlySet<string>;
  /** Without matches that the engine cannot answer. */
  readonly certain: boolean;
}

function not(random: Random): string {
  return random.chance(0.2) ? '! ' : '';
}

function address(random: Random, family: Family): string {
  return random.chance(0.5) ? random.pick(addresses[family]) : random.pick(prefixes[family]);
}

function portRange(random: Random): string {
  const port = random.pick(ports);
  return random.chance(0.3) ? `${port}:${port + random.below(3000)}` : String(port);
}

/** Matches and the protocol that they need; 0 for any. */
type MatchMaker = (random: Random, place: Place) => string | null;

const states = ['NEW', 'ESTABLISHED', 'RELATED', 'INVALID', 'UNTRACKED', 'SNAT', 'DNAT'] as const;
const types4 = ['LOCAL', 'UNICAST', 'BROADCAST', 'MULTICAST'] as const;
const types6 = ['LOCAL', 'UNICAST', 'MULTICAST'] as const;

function some<Item>(random: Random, items: readonly Item[]): readonly Item[] {
  const chosen = items.filter(() => random.chance(0.35));
  return chosen.length === 0 ? [random.pick(items)] : chosen;
}

const matchMakers: readonly MatchMaker[] = [
  (random) => `-m conntrack ${not(random)}--ctstate ${some(random, states).join(',')}`,
  (random, { family }) => {
    const end = random.pick(['origsrc', 'origdst', 'replsrc', 'repldst'] as const);
    return `-m conntrack ${not(random)}--ct${end} ${address(random, family)}`;
  },
  (random) => {
    const end = random.pick(['origsrc', 'origdst', 'replsrc', 'repldst'] as const);
    return `-m conntrack ${not(random)}--ct${end}port ${portRange(random)}`;
  },
  (random) => `-m conntrack ${not(random)}--ctproto ${random.pick([6, 17, 1, 58])}`,
  (random) => `-m conntrack --ctdir ${random.pick(['ORIGINAL', 'REPLY'])}`,
  (random) =>
    `-m conntrack ${not(random)}--ctstatus ${random.pick(['NONE', 'SEEN_REPLY', 'ASSURED', 'CONFIRMED', 'EXPECTED'])}`,
  (random) => `-m state ${not(random)}--state ${some(random, states.slice(0, 5)).join(',')}`,
  (random, { family }) => {
    const types = family === 'ip' ? types4 : types6;
    const end = random.pick(['src', 'dst'] as const);
    return `-m addrtype ${not(random)}--${end}-type ${random.pick(types)}`;
  },
  (random, { hooks }) => {
    if (hooks.has('OUTPUT') || hooks.has('POSTROUTING')) return null;
    return `-m addrtype ${not(random)}--dst-type LOCAL --limit-iface-in`;
  },
  (random) => `-m mark ${not(random)}--mark ${random.pick(['0x1', '0x77', '0x0', '0x2/0x3', '0x4/0x4'])}`,
  (random) => `-m connmark ${not(random)}--mark ${random.pick(['0x1', '0x0', '0x2/0x3'])}`,
  (random) => `-m comment --comment "c ${random.below(100)}"`,
  (random) => `-m length ${not(random)}--length ${random.pick(['0:30', '28', '40', '40:60', '20:52'])}`,
  (random, { family }) =>
    family === 'ip'
      ? `-m ttl ${random.pick(['--ttl-eq 64', '! --ttl-eq 64', '--ttl-gt 10', '--ttl-lt 64', '--ttl-eq 42'])}`
      : `-m hl ${random.pick(['--hl-eq 64', '! --hl-eq 64', '--hl-gt 10', '--hl-lt 64', '--hl-eq 42'])}`,
  (random) => `-m tos ${not(random)}--tos ${random.pick(['0x00/0xff', '0x10/0xff', '0x08/0x3f'])}`,
  (random) => `-m dscp ${not(random)}--dscp ${random.pick(['0x00', '0x04', '0x2e'])}`,
  (random, { family }) => {
    const [from, to] = family === 'ip' ? ['10.1.0.1', '10.2.0.200'] : ['fd00:1::1', 'fd00:2::ffff'];
    return `-m iprange ${not(random)}--${random.pick(['src', 'dst'])}-range ${from}-${to}`;
  },
  (random) => `-m pkttype ${not(random)}--pkt-type ${random.pick(['unicast', 'multicast', 'broadcast'])}`,
  (random) => `-m ecn ${not(random)}--ecn-ip-ect ${random.below(4)}`,
  (random) => `-m helper ${not(random)}--helper ftp`,
  (random, { table, hooks }) =>
    [...hooks].some((hook) => hook !== 'PREROUTING') || (table !== 'raw' && table !== 'mangle')
      ? null
      : `-m rpfilter ${random.pick(['', '--loose', '--invert', '--accept-local'])}`,
  (random) => `-m physdev ${not(random)}--physdev-in ${random.pick(['p1', 'p2', 'p+', 'ra'])}`,
  (random) => `-m physdev ${not(random)}--physdev-is-in`,
  (random, { hooks }) => {
    if ([...hooks].some((hook) => hook !== 'FORWARD' && hook !== 'POSTROUTING')) return null;
    return `-m physdev ${not(random)}${random.pick(['--physdev-out p1', '--physdev-out p2', '--physdev-is-bridged', '--physdev-is-out'])}`;
  },
];

/** What the engine cannot know: each of these doubles the possible outcomes. */
const uncertainMakers: readonly MatchMaker[] = [
  (random) => `-m statistic --mode random ${not(random)}--probability ${random.pick(['0.5', '1'])}`,
  (random) => `-m statistic --mode nth ${not(random)}--every ${random.pick(['1', '2'])} --packet 0`,
  (random) => `-m limit --limit ${random.pick(['1/sec', '5/min'])}`,
  (random) =>
    `-m recent ${random.pick(['--set', '--rcheck', '! --rcheck', '--remove'])} --name r${random.below(3)}`,
  (random, { hooks }) =>
    [...hooks].some((hook) => hook !== 'OUTPUT' && hook !== 'POSTROUTING')
      ? null
      : `-m owner ${random.pick(['--uid-owner 0', '! --uid-owner 0', '--socket-exists', '--uid-owner 5'])}`,
];

const protocolMakers: readonly ((random: Random, family: Family) => string)[] = [
  (random) => `-p tcp -m tcp ${not(random)}--dport ${portRange(random)}`,
  (random) => `-p tcp -m tcp ${not(random)}--sport ${portRange(random)}`,
  (random) =>
    `-p tcp -m tcp ${not(random)}--tcp-flags ${random.pick(['FIN,SYN,RST,ACK SYN', 'SYN,ACK ACK', 'ALL NONE', 'SYN,ACK SYN,ACK', 'RST RST'])}`,
  (random) => `-p udp -m udp ${not(random)}--dport ${portRange(random)}`,
  (random) => `-p udp -m udp --sport ${portRange(random)} --dport ${portRange(random)}`,
  (random) => `${not(random)}-p ${random.pick(['tcp', 'udp', 'sctp'])}`,
  (_, family) => `-p ${family === 'ip' ? 'icmp' : 'ipv6-icmp'}`,
  (random, family) =>
    family === 'ip'
      ? `-p icmp -m icmp ${not(random)}--icmp-type ${random.pick(['8', '0', '13', 'any', '8/0', '3/1'])}`
      : `-p ipv6-icmp -m icmp6 ${not(random)}--icmpv6-type ${random.pick(['128', '129', '1/0', '128/0'])}`,
  (random) =>
    `-p ${random.pick(['tcp', 'udp'])} -m multiport ${not(random)}--${random.pick(['sports', 'dports', 'ports'])} 22,80,1000:2000`,
  (random) => `-p sctp -m sctp ${not(random)}--${random.pick(['sport', 'dport'])} ${portRange(random)}`,
  (random) => `-p tcp -m ecn ${not(random)}--ecn-tcp-ece`,
  (random) => `-p tcp -m tcp ! --sport ${portRange(random)} -m tcp --dport ${portRange(random)}`,
];

/** How many rules a chain has at most, and how many user chains a table. */
const maximumRules = 5;
const maximumChains = 4;

function target(random: Random, place: Place, protocol: string | null, callable: readonly string[]): string {
  const { table, family, hooks } = place;
  const options: string[] = ['', '-j ACCEPT', '-j RETURN', '-j LOG', '-j ACCEPT'];
  for (const chain of callable) options.push(`-j ${chain}`, `-j ${chain}`, `-g ${chain}`);
  const verdicts = table === 'nat' ? [] : ['-j DROP'];
  options.push(...verdicts);
  if (table === 'filter') {
    options.push(
      '-j REJECT',
      `-j REJECT --reject-with ${family === 'ip' ? 'icmp-admin-prohibited' : 'icmp6-adm-prohibited'}`,
    );
  }
  options.push(
    `-j MARK --set-xmark ${random.pick(['0x1/0xffffffff', '0x77/0xffffffff', '0x2/0x3', '0x4/0x0'])}`,
  );
  options.push(
    `-j CONNMARK ${random.pick(['--set-xmark 0x1/0xffffffff', '--save-mark', '--restore-mark', '--set-xmark 0x2/0x3'])}`,
  );
  if (table === 'mangle') {
    options.push(
      `-j TOS --set-tos ${random.pick(['0x10/0xff', '0x08/0x3f'])}`,
      '-j DSCP --set-dscp 0x2e',
      family === 'ip' ? '-j TTL --ttl-set 42' : '-j HL --hl-set 42',
      family === 'ip' ? '-j TTL --ttl-dec 1' : '-j HL --hl-inc 3',
    );
  }
  if (table === 'raw') options.push('-j CT --notrack', '-j NOTRACK');
  if (table === 'nat')
    options.push(
      ...natTargets(random, family, protocol, hooks),
      ...natTargets(random, family, protocol, hooks),
      ...natTargets(random, family, protocol, hooks),
    );
  return random.pick(options);
}

/** Ranges of hosts that are there, and of sources, to which there is a gateway: who answers them untranslated needs one. */
const natRanges: Readonly<Record<Family, { hosts: readonly string[]; sources: readonly string[] }>> = {
  ip: {
    hosts: ['10.1.0.2-10.1.0.3', '10.3.0.11-10.3.0.12'],
    sources: [
      '10.1.0.2-10.1.0.3',
      '198.51.100.64-198.51.100.200',
      '10.20.0.1-10.20.255.254',
      '198.18.0.0-198.19.3.20',
    ],
  },
  ip6: {
    hosts: ['fd00:1::2-fd00:1::3', 'fd00:3::11-fd00:3::12'],
    sources: ['fd00:1::2-fd00:1::3', '2001:db8::40-2001:db8::ffff', 'fd00:20::-fd00:20:0:1::ffff'],
  },
};

function natTargets(
  random: Random,
  family: Family,
  protocol: string | null,
  hooks: ReadonlySet<string>,
): readonly string[] {
  const withPort = protocol === 'tcp' || protocol === 'udp';
  const bracket = (host: string) => (family === 'ip' || !withPort ? host : `[${host}]`);
  const hosts = addresses[family].slice(0, 7);
  const flag = random.chance(0.2) ? ' --persistent' : '';
  const options: string[] = [];
  const only = (...names: string[]) => [...hooks].every((hook) => names.includes(hook));
  if (only('PREROUTING', 'OUTPUT')) {
    const port = withPort ? `:${random.pick([...ports, '2000-2010'])}` : '';
    options.push(
      `-j DNAT --to-destination ${bracket(random.pick([...hosts, ...natRanges[family].hosts]))}${port}${flag}`,
    );
    options.push(withPort ? `-j REDIRECT --to-ports ${random.pick(ports)}` : '-j REDIRECT');
  }
  if (only('POSTROUTING', 'INPUT')) {
    const port = withPort ? `:${random.pick(ports)}` : '';
    options.push(
      `-j SNAT --to-source ${bracket(random.pick([...hosts, ...natRanges[family].sources]))}${port}${flag}`,
    );
  }
  const [from, to] = family === 'ip' ? ['10.1.0.0/24', '10.3.0.0/24'] : ['fd00:1::/64', 'fd00:3::/64'];
  options.push(`-j NETMAP --to ${random.pick([from, to])}`);
  if (only('POSTROUTING')) options.push('-j MASQUERADE', '-j MASQUERADE');
  return options;
}

function rule(random: Random, chain: string, place: Place, callable: readonly string[]): string {
  const { family, hooks } = place;
  let text = `-A ${chain}`;
  if (random.chance(0.3)) text += ` ${not(random)}-s ${address(random, family)}`;
  if (random.chance(0.3)) text += ` ${not(random)}-d ${address(random, family)}`;
  const builtIn = chain === chain.toUpperCase();
  const canIn = !builtIn || !(hooks.has('OUTPUT') || hooks.has('POSTROUTING'));
  const canOut = !builtIn || !(hooks.has('INPUT') || hooks.has('PREROUTING'));
  if (canIn && random.chance(0.25)) text += ` ${not(random)}-i ${random.pick(devices)}`;
  if (canOut && random.chance(0.25)) text += ` ${not(random)}-o ${random.pick(devices)}`;
  let protocol: string | null = null;
  if (random.chance(0.5)) {
    const words = random.pick(protocolMakers)(random, family);
    protocol = /^-p (\S+)/.exec(words)?.[1] ?? null;
    text += ` ${words}`;
  }
  for (let count = random.below(3); count > 0; count--) {
    const match = random.pick(place.certain ? matchMakers : [...matchMakers, ...uncertainMakers])(
      random,
      place,
    );
    if (match !== null) text += ` ${match}`;
  }
  const end = target(random, place, protocol, callable);
  return end === '' ? text : `${text} ${end}`;
}

/** A dump with every table; user chains up to three deep, lower-case names. */
export function randomRules(random: Random, family: Family, certain = false): string {
  const lines: string[] = [];
  for (const [table, builtIns] of Object.entries(chainsOf)) {
    const busy = table === 'filter' || table === 'nat' || random.chance(0.5);
    lines.push(`*${table}`);
    const rules: string[] = [];
    for (const chain of builtIns) {
      const drop = table !== 'nat' && random.chance(table === 'filter' ? 0.2 : 0.03);
      lines.push(`:${chain} ${drop ? 'DROP' : 'ACCEPT'} [0:0]`);
    }
    // Each built-in chain has its own user chains, so that what they may look at is known.
    for (const chain of builtIns) {
      const place: Place = { family, table, hooks: new Set([chain]), certain };
      const count = busy ? random.below(maximumChains) : 0;
      const users = Array.from({ length: count }, (_, index) => `${chain.toLowerCase()}${index}`);
      for (const user of users) lines.push(`:${user} - [0:0]`);
      // A chain calls only later ones: no loops, and up to three deep.
      const chains = [chain, ...users];
      chains.forEach((own, index) => {
        const rulesHere = busy ? random.below(maximumRules) + (index === 0 ? 1 : 0) : 0;
        for (let at = 0; at < rulesHere; at++) rules.push(rule(random, own, place, chains.slice(index + 1)));
      });
    }
    lines.push(...rules, 'COMMIT');
  }
  return `${lines.join('\n')}\n`;
}
