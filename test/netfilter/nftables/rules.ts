/** Random native rule sets for the router of kernel/lab.py: every kind of expression that it can evaluate. */
import { addresses, ports } from '../kernel/addresses.ts';
import type { Random } from '../kernel/random.ts';

type Family = 'ip' | 'ip6';
type Hook = 'prerouting' | 'input' | 'forward' | 'output' | 'postrouting';

const prefixes = {
  ip: ['10.1.0.0/24', '10.2.0.0/16', '10.3.0.0/24', '198.51.100.0/24', '10.3.0.10/31', '127.0.0.0/8'],
  ip6: ['fd00:1::/64', 'fd00:2::/32', 'fd00:3::/64', '2001:db8::/32', 'fd00:20::/48'],
} as const;

const ranges = {
  ip: ['10.1.0.1-10.1.0.9', '10.3.0.2-10.3.0.11'],
  ip6: ['fd00:1::1-fd00:1::9', 'fd00:3::2-fd00:3::11'],
} as const;

const devices = ['ra', 'rb', 'br0', 'lo', 'p1'] as const;
const states = ['new', 'established', 'related', 'invalid', 'untracked'] as const;

interface Place {
  readonly family: Family;
  readonly table: string;
  readonly type: 'filter' | 'nat' | 'route';
  readonly hook: Hook;
  readonly priority: number;
  /** Chains that may be called. */
  readonly callable: readonly string[];
}

function some<Item>(random: Random, items: readonly Item[], least = 1): readonly Item[] {
  const chosen = items.filter(() => random.chance(0.4));
  return chosen.length >= least ? chosen : items.slice(0, least);
}

const not = (random: Random) => (random.chance(0.25) ? '!= ' : '');

function address(random: Random, family: Family): string {
  return random.pick([
    random.pick(addresses[family]),
    random.pick(prefixes[family]),
    random.pick(ranges[family]),
    `{ ${some(random, addresses[family]).join(', ')} }`,
    `{ ${some(random, prefixes[family].slice(0, 4)).join(', ')} }`,
    '@addresses',
    '@seen',
    '@nets',
  ]);
}

function portSet(random: Random): string {
  return random.pick([
    String(random.pick(ports)),
    '80-1000',
    `{ ${some(random, ports).join(', ')} }`,
    '{ 22, 50-100, 2000 }',
    '@ports',
  ]);
}

function device(random: Random): string {
  return random.pick([`"${random.pick(devices)}"`, '"r*"', '{ "ra", "br0" }', '{ "r*", "lo" }', '@ifaces']);
}

type Maker = (random: Random, place: Place) => string | null;

const matchMakers: readonly Maker[] = [
  (random, { family }) => `${family} saddr ${not(random)}${address(random, family)}`,
  (random, { family }) => `${family} daddr ${not(random)}${address(random, family)}`,
  (random) => `iifname ${not(random)}${device(random)}`,
  (random) => `oifname ${not(random)}${device(random)}`,
  (random) => `${random.pick(['iif', 'oif'])} ${not(random)}"${random.pick(devices)}"`,
  (random) => `${random.pick(['tcp', 'udp'])} dport ${not(random)}${portSet(random)}`,
  (random) => `${random.pick(['tcp', 'udp'])} sport ${not(random)}${portSet(random)}`,
  (random) => `meta l4proto { tcp, udp } th dport ${not(random)}${portSet(random)}`,
  (random) => `meta l4proto ${not(random)}${random.pick(['tcp', 'udp', 'sctp', '{ tcp, udp }'])}`,
  (random) => `tcp dport ${random.pick(['<', '>=', '>', '<='])} ${random.pick(ports)}`,
  (random) =>
    `tcp flags ${random.pick(['syn', '!= syn', '& (fin|syn|rst|ack) == syn', '& (fin|syn|rst|ack) != syn', 'syn,ack', '{ syn, ack, syn|ack }', '! syn', '& (syn|ack) == syn|ack'])}`,
  (random, { family }) =>
    family === 'ip'
      ? `icmp type ${not(random)}${random.pick(['echo-request', '{ echo-reply, echo-request }'])}`
      : `icmpv6 type ${not(random)}${random.pick(['echo-request', '{ echo-reply, echo-request }'])}`,
  (random) =>
    `meta mark ${random.pick(['0', '0x1', '!= 0', '& 0x3 == 0x1', '& 0x3 != 0x2', '{ 0x0, 0x77 }', '0x1-0x10'])}`,
  (random) =>
    `ct state ${random.pick([some(random, states).join(','), `{ ${some(random, states).join(', ')} }`, `!= ${random.pick(states)}`])}`,
  (random) => `ct status ${random.pick(['dnat', 'snat', 'assured', 'seen-reply', '! dnat', 'snat,dnat'])}`,
  (random) => `ct mark ${random.pick(['0', '0x1', '!= 0', '& 0x3 == 0x1'])}`,
  (random) => `ct direction ${not(random)}${random.pick(['original', 'reply'])}`,
  (random, { family }) =>
    `ct ${random.pick(['original', 'reply'])} ${family} ${random.pick(['saddr', 'daddr'])} ${random.pick([random.pick(addresses[family]), random.pick(prefixes[family])])}`,
  (random) => `meta l4proto ${random.pick(['tcp', 'udp'])} ct original proto-dst ${random.pick(ports)}`,
  (random) =>
    `fib ${random.pick(['saddr', 'daddr'])} type ${not(random)}${random.pick(['local', 'unicast', '{ local, broadcast }'])}`,
  (random, { hook }) =>
    hook === 'prerouting' || hook === 'input' || hook === 'forward'
      ? `fib ${random.pick(['saddr', 'daddr'])} . iif type ${random.pick(['local', 'unicast'])}`
      : null,
  (random, { hook }) =>
    hook === 'prerouting' || hook === 'input' || hook === 'forward'
      ? `fib saddr ${random.pick(['. iif ', '. mark . iif ', ''])}oif ${random.pick(['missing', 'exists'])}`
      : null,
  (random, { family }) =>
    family === 'ip'
      ? `ip protocol ${not(random)}${random.pick(['tcp', 'udp', 'icmp'])}`
      : `ip6 nexthdr ${not(random)}${random.pick(['tcp', 'udp'])}`,
  (random, { family }) =>
    `${family === 'ip' ? 'ip ttl' : 'ip6 hoplimit'} ${random.pick(['64', '> 10', '!= 63', '1-63'])}`,
  (random) => `meta length ${random.pick(['> 40', '< 60', '28-48'])}`,
  (random, { family, table }) =>
    table === 'inet'
      ? `meta nfproto ${random.pick([family === 'ip' ? 'ipv4' : 'ipv6', 'ipv4', 'ipv6'])}`
      : null,
  (random) => `meta pkttype ${not(random)}${random.pick(['host', 'broadcast', '{ broadcast, multicast }'])}`,
  (random, { family }) =>
    `${family} saddr . ${family} daddr { ${addresses[family].map((one) => `${one} . ${random.pick(addresses[family])}`).join(', ')} }`,
  (random, { family }) => `${family} daddr . meta l4proto . th dport ${random.pick(['', '!= '])}@services`,
  (random, { family }) =>
    `${family} daddr . tcp dport { ${random.pick(prefixes[family])} . 1-100, ${random.pick(addresses[family])} . ${random.pick(ports)} }`,
  (random) =>
    `iifname . oifname { "${random.pick(devices)}" . "${random.pick(devices)}", "ra" . "rb", "rb" . "br0" }`,
  (random, { family }) =>
    family === 'ip' ? `ip daddr & 0.0.255.255 == ${random.pick(['0.0.0.2', '0.0.0.11'])}` : null,
  (random) => `numgen random mod 3 ${random.pick(['0', '< 2', '!= 1'])}`,
  () => 'limit rate 1/hour burst 3 packets',
  (random) => `@th,16,16 ${random.pick(ports)}`,
  (random, { family }) =>
    family === 'ip'
      ? `ip dscp ${random.pick(['cs0', 'cs1', '!= cs2'])}`
      : `ip6 dscp ${random.pick(['cs0', '!= cs1'])}`,
];

function verdict(random: Random, { callable, type }: Place): string {
  const verdicts = ['accept', 'return', 'continue', ...(type === 'nat' ? [] : ['drop'])];
  for (const chain of callable) verdicts.push(`jump ${chain}`, `goto ${chain}`);
  return random.pick(verdicts);
}

function vmap(random: Random, place: Place): string {
  const { family } = place;
  const own = () => verdict(random, place);
  return random.pick([
    () => `iifname vmap { ${devices.map((one) => `"${one}" : ${own()}`).join(', ')} }`,
    () => `oifname vmap { "r*" : ${own()}, "br0" : ${own()} }`,
    () =>
      `ct state vmap { ${some(random, states)
        .map((one) => `${one} : ${own()}`)
        .join(', ')} }`,
    () => `tcp dport vmap { 22 : ${own()}, 50-100 : ${own()}, 1000 : ${own()} }`,
    () =>
      `${family} saddr vmap { ${some(random, addresses[family])
        .map((one) => `${one} : ${own()}`)
        .join(', ')}${random.chance(0.3) ? `, * : ${own()}` : ''} }`,
    () =>
      `${family} daddr . tcp dport vmap { ${some(random, addresses[family])
        .map((one) => `${one} . ${random.pick(ports)} : ${own()}`)
        .join(', ')} }`,
    () =>
      `numgen ${random.pick(['random', 'inc'])} mod ${random.pick([2, 3])} vmap { 0 : ${own()}, 1 : ${own()} }`,
    () =>
      `meta l4proto vmap { tcp : ${own()}, udp : ${own()}, ${family === 'ip' ? 'icmp' : 'ipv6-icmp'} : ${own()} }`,
    () => `meta mark vmap { 0x0 : ${own()}, 0x1-0x10 : ${own()} }`,
    () => `${family} daddr . meta l4proto . th dport vmap @portmap`,
  ])();
}

function natStatement(random: Random, { family, table, hook }: Place): string | null {
  const to = table === 'inet' ? ` ${family}` : '';
  const host = () => random.pick(addresses[family].slice(0, 7));
  const withPort = (one: string, port: number | string) =>
    family === 'ip' ? `${one}:${port}` : `[${one}]:${port}`;
  const pairs = () =>
    some(random, ports, 2)
      .map((port) => `${port} : ${host()}`)
      .join(', ');
  if (hook === 'prerouting' || hook === 'output') {
    return random.pick([
      () => `dnat${to} to ${host()}`,
      () =>
        `tcp dport ${random.pick(ports)} dnat${to} to ${withPort(host(), random.pick([80, 8080, '2000-2010']))}`,
      () => `udp dport ${random.pick(ports)} redirect to :${random.pick(ports)}`,
      () => 'redirect',
      () => `dnat${to} to tcp dport map { ${pairs()} }`,
      () => `dnat ${family} to ${family} daddr . tcp dport map @published`,
      () => `dnat${to} to numgen random mod 2 map { 0 : ${host()}, 1 : ${host()} }`,
      () =>
        `dnat${to} to ${family} daddr map { ${some(random, addresses[family])
          .map((one) => `${one} : ${host()}`)
          .join(', ')} }`,
    ])();
  }
  if (hook === 'input') return `snat${to} to ${host()}`;
  if (hook === 'postrouting') {
    return random.pick([
      () => 'masquerade',
      () => `snat${to} to ${host()}`,
      () => `tcp dport ${random.pick(ports)} snat${to} to ${withPort(host(), random.pick(ports))}`,
      () =>
        `snat${to} to ${family} saddr map { ${some(random, addresses[family])
          .map((one) => `${one} : ${host()}`)
          .join(', ')} }`,
      () => 'meta l4proto { tcp, udp } masquerade random',
    ])();
  }
  return null;
}

function action(random: Random, place: Place): string {
  const { family, table, type, hook, priority } = place;
  const options: (() => string)[] = [
    () => verdict(random, place),
    () => verdict(random, place),
    () => vmap(random, place),
    () => '',
    () =>
      `meta mark set ${random.pick(['0x1', '0x77', '0x2', 'meta mark | 0x4', 'meta mark & 0xfffffffe', 'meta mark xor 0x1', 'ct mark'])}`,
    () => `${family} dscp set ${random.pick(['cs1', 'cs2'])}`,
    () =>
      `${family === 'ip' ? 'ip ttl' : 'ip6 hoplimit'} set ${random.pick(['30', '63'])} ${verdict(random, place)}`,
    () =>
      `${random.pick(['add', 'update'])} @seen { ${family} ${random.pick(['saddr', 'daddr'])} } ${verdict(random, place)}`,
    () => `ct mark set ${random.pick(['0x1', '0x2', 'meta mark', 'ct mark | 0x4'])}`,
    () =>
      `meta mark set ${family} saddr map { ${some(random, addresses[family])
        .map((one) => `${one} : ${random.pick(['0x1', '0x2'])}`)
        .join(', ')} }`,
    () =>
      `meta mark set ${random.pick(['0x1', '0x2', 'numgen random mod 2'])} ${random.pick(matchMakers.slice(0, 5))(random, place) ?? ''} ${verdict(random, place)}`,
  ];
  if (type === 'filter' && (hook === 'input' || hook === 'forward' || hook === 'output')) {
    options.push(
      () => 'reject',
      () => 'reject with tcp reset',
      () =>
        table === 'inet'
          ? 'reject with icmpx admin-prohibited'
          : `reject with ${family === 'ip' ? 'icmp host-unreachable' : 'icmpv6 no-route'}`,
    );
  }
  if (priority < -200 && (hook === 'prerouting' || hook === 'output')) options.push(() => 'notrack');
  if (type === 'nat') {
    const nat = () => natStatement(random, place) ?? '';
    options.push(nat, nat, nat, nat, nat, nat);
  }
  return random.pick(options)();
}

function rule(random: Random, place: Place): string {
  const words: string[] = [];
  const counter = () => {
    if (random.chance(0.3)) words.push('counter');
  };
  for (let count = random.below(3); count > 0; count--) {
    const match = random.pick(matchMakers)(random, place);
    // nft 1.0.6 prints `tcp dport < 22 tcp dport > 1000`, which nothing matches, as `tcp dport != 22-1000`.
    const compares = (text: string) => /^tcp dport [<>]/.test(text);
    if (match !== null && !(compares(match) && words.some(compares))) words.push(match);
    counter();
  }
  let end = action(random, place);
  // nft 1.0.6 prints `meta nfproto ipv6 reject with tcp reset` as if it were for both families.
  if (end.startsWith('reject') && words.some((word) => word.startsWith('meta nfproto'))) end = 'drop';
  if (end !== '') words.push(end);
  if (words.length === 0) words.push('counter');
  if (random.chance(0.1)) words.push('comment "a rule"');
  return words.join(' ');
}

const filterPriorities = [-450, -310, -300, -250, -150, -50, 0, 0, 0, 5, 50, 150, 300] as const;

function randomBase(random: Random): Pick<Place, 'type' | 'hook' | 'priority'> {
  const type = random.pick(['filter', 'filter', 'filter', 'nat', 'nat', 'route'] as const);
  if (type === 'route') return { type, hook: 'output', priority: random.pick([-150, -140, 10]) };
  if (type === 'nat') {
    const hook = random.pick([
      'prerouting',
      'prerouting',
      'output',
      'input',
      'postrouting',
      'postrouting',
    ] as const);
    const middle = hook === 'prerouting' || hook === 'output' ? -100 : 100;
    return { type, hook, priority: middle + random.pick([0, 0, -1, 5]) };
  }
  const hook = random.pick(['prerouting', 'input', 'forward', 'forward', 'output', 'postrouting'] as const);
  return { type, hook, priority: random.pick(filterPriorities) };
}

function sets(random: Random, family: Family, callable: string): readonly string[] {
  const type = family === 'ip' ? 'ipv4_addr' : 'ipv6_addr';
  const services = addresses[family]
    .map((one) => `${one} . ${random.pick(['tcp', 'udp'])} . ${random.pick(ports)}`)
    .join(', ');
  const portmap = addresses[family]
    .map(
      (one) =>
        `${one} . tcp . ${random.pick(ports)} : ${random.pick(['accept', 'return', `jump ${callable}`, `goto ${callable}`])}`,
    )
    .join(', ');
  const published = addresses[family]
    .map(
      (one) =>
        `${one} . ${random.pick(ports)} : ${random.pick(addresses[family].slice(0, 7))} . ${random.pick(ports)}`,
    )
    .join(', ');
  return [
    `set addresses { type ${type}; elements = { ${some(random, addresses[family], 2).join(', ')} } }`,
    `set nets { type ${type}; flags interval; elements = { ${some(random, prefixes[family].slice(0, 4), 2).join(', ')} } }`,
    `set ports { type inet_service; flags interval; elements = { ${random.pick(['22, 80', '50-90, 1000-2000', '443'])} } }`,
    `set seen { type ${type}; size 1000; flags dynamic; }`,
    'set ifaces { type ifname; elements = { "ra", "lo" } }',
    `set services { type ${type} . inet_proto . inet_service; elements = { ${services} } }`,
    `map portmap { type ${type} . inet_proto . inet_service : verdict; elements = { ${portmap} } }`,
    `map published { type ${type} . inet_service : ${type} . inet_service; elements = { ${published} } }`,
  ];
}

function randomTable(random: Random, family: Family, tableFamily: string, name: string): string {
  const lines = [`table ${tableFamily} ${name} {`];
  // For verdict maps with a name: called from any chain, so nothing in it depends on the place.
  lines.push('chain common {', 'counter', `${random.pick(['return', 'counter', 'meta mark set 0x2'])}`, '}');
  lines.push(...sets(random, family, 'common'));
  const bases = 2 + random.below(4);
  for (let index = 0; index < bases; index++) {
    const base = randomBase(random);
    const chains = [
      `${name}b${index}`,
      ...Array.from({ length: random.below(4) }, (_, at) => `${name}u${index}x${at}`),
    ];
    const blocks: string[] = [];
    chains.forEach((chain, at) => {
      const place: Place = { family, table: tableFamily, ...base, callable: chains.slice(at + 1) };
      const block = [`chain ${chain} {`];
      if (at === 0) {
        const drop = base.type !== 'nat' && random.chance(0.08);
        block.push(
          `type ${base.type} hook ${base.hook} priority ${base.priority}; policy ${drop ? 'drop' : 'accept'};`,
        );
      }
      for (let count = random.below(5) + (at === 0 ? 1 : 0); count > 0; count--)
        block.push(rule(random, place));
      blocks.unshift([...block, '}'].join('\n'));
    });
    // A chain that is called stands before those that call it.
    lines.push(...blocks);
  }
  lines.push('}');
  return lines.join('\n');
}

/** Two or three tables, of the packets' own family and of inet. */
export function randomNft(random: Random, family: Family): string {
  const tables = [randomTable(random, family, family, 'own'), randomTable(random, family, 'inet', 'both')];
  if (random.chance(0.3)) tables.push(randomTable(random, family, random.pick([family, 'inet']), 'third'));
  return `${tables.join('\n')}\n`;
}
