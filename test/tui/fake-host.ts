/** The host of the scripted session: a Docker host as the topology and the rules reports give it. */
import type { RuleReference } from '../../src/flow/model.ts';
import type { RuleChain, RulesReport, RuleTable } from '../../src/session/model.ts';
import type { Link, Topology, TopologyContainer, TopologyNamespace } from '../../src/topology/model.ts';

const hostId = 'net:[4026531840]';

function link(index: number, name: string, kind: string, more: Partial<Link> = {}): Link {
  return {
    ...{ index, name, kind, mac: `02:42:ac:11:00:${String(index % 100).padStart(2, '0')}`, mtu: 1500 },
    ...{ state: 'up', addresses: [], peer: null, peerNote: null, master: null, parent: null, details: {} },
    ...more,
  };
}

const loopback = link(1, 'lo', 'loopback', {
  mac: '00:00:00:00:00:00',
  mtu: 65536,
  addresses: ['127.0.0.1/8', '::1/128'],
});

function container(
  name: string,
  networkMode: string,
  networks: TopologyContainer['networks'],
): TopologyContainer {
  return { id: `${name}0123456789`, name, engine: 'docker', state: 'running', networkMode, networks };
}

function namespace(
  id: string,
  name: string,
  kind: TopologyNamespace['kind'],
  links: readonly Link[],
): TopologyNamespace {
  return {
    ...{ id, name, kind, links, names: [], sources: ['process'], pids: [4242], containers: [] },
    ...{ routes: [], neighbours: [], listeners: [], sysctls: {} },
  };
}

/** In a container the device is the interface with index 8. */
function route(
  destination: string,
  device: string,
  gateway?: string,
  interfaceIndex = 8,
): TopologyNamespace['routes'][number] {
  return {
    ...{
      family: 'ip',
      destination,
      type: 'unicast',
      interface: device,
      interfaceIndex,
      table: 254,
      metric: 0,
    },
    ...{ protocol: 'kernel', scope: 'link', flags: [] },
    ...(gateway === undefined ? {} : { gateway }),
  };
}

const web = 'net:[4026532601]';
const app = 'net:[4026532702]';
const db = 'net:[4026532803]';
const blue = 'net:[4026532904]';

function listens(address: string, port: number, command: string): TopologyNamespace['listeners'][number] {
  return { protocol: 'tcp', family: 'ip', address, port, inode: 4711, processes: [{ pid: 4242, command }] };
}

export const topology: Topology = {
  schema: 'netscope.topology/1',
  host: { hostname: 'lab-host', kernel: '6.1.0', engines: [{ kind: 'docker', version: '20.10.24' }] },
  namespaces: [
    {
      ...namespace(hostId, 'host', 'host', [
        loopback,
        link(2, 'eth0', 'physical', { addresses: ['192.0.2.10/24', 'fe80::1/64'] }),
        link(4, 'docker0', 'bridge', { addresses: ['172.17.0.1/16'] }),
        link(5, 'br-5f3a91c2d0e4', 'bridge', { addresses: ['172.20.0.1/16'] }),
        link(9, 'veth6f6b800', 'veth', {
          peer: { namespace: web, index: 8, name: 'eth0' },
          master: { index: 4, name: 'docker0' },
        }),
        link(11, 'veth1a2b3c4', 'veth', {
          peer: { namespace: app, index: 8, name: 'eth0' },
          master: { index: 5, name: 'br-5f3a91c2d0e4' },
        }),
        link(13, 'veth9d8e7f6', 'veth', {
          peer: { namespace: db, index: 8, name: 'eth0' },
          master: { index: 5, name: 'br-5f3a91c2d0e4' },
          state: 'no-carrier',
        }),
        link(15, 'vblue', 'veth', {
          peer: { namespace: blue, index: 2, name: 'v0' },
          addresses: ['10.9.0.1/24'],
        }),
        link(17, 'wg0', 'wireguard', { state: 'down', addresses: ['10.100.0.1/24'] }),
      ]),
      containers: [container('monitor', 'host', [])],
      routes: [
        route('default', 'eth0', '192.0.2.1', 2),
        route('172.17.0.0/16', 'docker0', undefined, 4),
        route('172.20.0.0/16', 'br-5f3a91c2d0e4', undefined, 5),
      ],
      listeners: [listens('0.0.0.0', 22, 'sshd'), listens('0.0.0.0', 8080, 'docker-proxy')],
    },
    {
      ...namespace(web, 'web', 'container', [
        loopback,
        link(8, 'eth0', 'veth', {
          addresses: ['172.17.0.2/16'],
          peer: { namespace: hostId, index: 9, name: 'veth6f6b800' },
        }),
      ]),
      containers: [container('web', 'bridge', [{ name: 'bridge', address: '172.17.0.2', driver: 'bridge' }])],
      routes: [route('default', 'eth0', '172.17.0.1'), route('172.17.0.0/16', 'eth0')],
      listeners: [listens('0.0.0.0', 80, 'nginx')],
    },
    {
      ...namespace(app, 'app', 'container', [
        loopback,
        link(8, 'eth0', 'veth', {
          addresses: ['172.20.0.2/16'],
          peer: { namespace: hostId, index: 11, name: 'veth1a2b3c4' },
        }),
      ]),
      containers: [container('app', 'shop', [{ name: 'shop', address: '172.20.0.2', driver: 'bridge' }])],
      routes: [route('default', 'eth0', '172.20.0.1'), route('172.20.0.0/16', 'eth0')],
    },
    {
      ...namespace(db, 'db', 'container', [
        loopback,
        link(8, 'eth0', 'veth', {
          addresses: ['172.20.0.3/16'],
          peer: { namespace: hostId, index: 13, name: 'veth9d8e7f6' },
          state: 'no-carrier',
        }),
      ]),
      containers: [
        {
          ...container('db', 'shop', [{ name: 'shop', address: '172.20.0.3', driver: 'bridge' }]),
          state: 'paused',
        },
      ],
      routes: [route('172.20.0.0/16', 'eth0')],
      listeners: [listens('0.0.0.0', 5432, 'postgres')],
    },
    {
      ...namespace(blue, 'größe-日本🐳', 'named', [
        link(2, 'v0', 'veth', {
          addresses: ['10.9.0.2/24'],
          peer: { namespace: hostId, index: 15, name: 'vblue' },
        }),
        link(3, 'lost', 'veth', { peerNote: 'the kernel gives no namespace id for its peer' }),
      ]),
      names: ['größe-日本🐳'],
      sources: ['bind-mount'],
    },
  ],
  bridges: [
    {
      ...{ namespace: 'host', name: 'docker0', index: 4, network: 'bridge', addresses: ['172.17.0.1/16'] },
      members: [
        {
          name: 'veth6f6b800',
          index: 9,
          state: 'forwarding',
          hairpin: false,
          isolated: false,
          peer: { namespace: 'web', name: 'eth0', index: 8 },
          containers: ['web'],
        },
      ],
    },
    {
      ...{
        namespace: 'host',
        name: 'br-5f3a91c2d0e4',
        index: 5,
        network: 'shop',
        addresses: ['172.20.0.1/16'],
      },
      hosts: [
        {
          mac: '02:42:ac:11:00:08',
          port: 'veth1a2b3c4',
          vlan: null,
          addresses: ['172.20.0.2'],
          container: 'app',
        },
      ],
      members: [
        {
          name: 'veth1a2b3c4',
          index: 11,
          state: 'forwarding',
          hairpin: false,
          isolated: false,
          peer: { namespace: 'app', name: 'eth0', index: 8 },
          containers: ['app'],
        },
        {
          name: 'veth9d8e7f6',
          index: 13,
          state: 'disabled',
          hairpin: false,
          isolated: false,
          peer: { namespace: 'db', name: 'eth0', index: 8 },
          containers: ['db'],
        },
      ],
    },
  ],
  systems: [
    {
      ...{
        system: 'docker-bridge',
        name: 'shop',
        namespace: 'host',
        containers: ['app', 'db'],
        services: [],
      },
      evidence: ['bridge br-5f3a91c2d0e4 of network shop', 'MASQUERADE of 172.20.0.0/16'],
      links: [{ namespace: 'host', name: 'br-5f3a91c2d0e4', index: 5 }],
      ...{ remotes: [], ways: [] },
    },
  ],
  stoppedContainers: [],
  publishedPorts: [
    {
      container: 'web',
      protocol: 'tcp',
      hostAddress: '0.0.0.0',
      hostPort: 8080,
      containerPort: 80,
      by: ['iptables', 'docker-proxy'],
    },
  ],
  warnings: [],
};

/** After `docker stop web`: its namespace and both ends of its veth are gone. */
export const webStopped: Topology = {
  ...topology,
  namespaces: topology.namespaces
    .filter(({ name }) => name !== 'web')
    .map((one) => ({ ...one, links: one.links.filter(({ index }) => one.name !== 'host' || index !== 9) })),
  bridges: topology.bridges.map((bridge) =>
    bridge.name === 'docker0' ? { ...bridge, members: [] } : bridge,
  ),
  publishedPorts: [],
  stoppedContainers: topology.namespaces
    .flatMap(({ containers }) => containers)
    .filter(({ name }) => name === 'web')
    .map((one) => ({ ...one, state: 'exited' })),
};

/** After `docker start web`: it has another namespace, and a veth with other names and indexes. */
export const webRestarted: Topology = {
  ...topology,
  namespaces: topology.namespaces.map((one) => {
    if (one.name === 'host') {
      const end = { namespace: 'net:[4026533333]', index: 20, name: 'eth0' };
      const links = one.links.map((own) =>
        own.index === 9 ? { ...own, index: 21, name: 'veth0c0ffee', peer: end } : own,
      );
      return { ...one, links };
    }
    if (one.name !== 'web') return one;
    const links = one.links.map((own) =>
      own.index === 8
        ? { ...own, index: 20, peer: { namespace: hostId, index: 21, name: 'veth0c0ffee' } }
        : own,
    );
    const routes = one.routes.map((own) => ({ ...own, interfaceIndex: 20 }));
    return { ...one, id: 'net:[4026533333]', links, routes };
  }),
  bridges: topology.bridges.map((bridge) => ({
    ...bridge,
    members: bridge.members.map((member) =>
      member.index === 9
        ? { ...member, index: 21, name: 'veth0c0ffee', peer: { namespace: 'web', name: 'eth0', index: 20 } }
        : member,
    ),
  })),
};

/** Chains as `iptables-save -c` prints them: counters, then the rule. */
const saved: Readonly<
  Record<string, readonly (readonly [chain: string, policy: 'ACCEPT' | 'DROP' | null, ...rules: string[]])[]>
> = {
  nat: [
    ['PREROUTING', 'ACCEPT', '[182:10920] -m addrtype --dst-type LOCAL -j DOCKER'],
    ['INPUT', 'ACCEPT'],
    ['OUTPUT', 'ACCEPT', '[4:240] ! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL -j DOCKER'],
    [
      'POSTROUTING',
      'ACCEPT',
      '[0:0] -s 172.20.0.0/16 ! -o br-5f3a91c2d0e4 -j MASQUERADE',
      '[31:1860] -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE',
      '[0:0] -s 172.17.0.2/32 -d 172.17.0.2/32 -p tcp -m tcp --dport 80 -j MASQUERADE',
    ],
    [
      'DOCKER',
      null,
      '[0:0] -i br-5f3a91c2d0e4 -j RETURN',
      '[0:0] -i docker0 -j RETURN',
      '[182:10920] ! -i docker0 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.17.0.2:80',
    ],
  ],
  filter: [
    ['INPUT', 'ACCEPT'],
    [
      'FORWARD',
      'DROP',
      '[9120:712330] -j DOCKER-USER',
      '[9096:710890] -j DOCKER-ISOLATION-STAGE-1',
      '[8214:640000] -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
      '[182:10920] -o docker0 -j DOCKER',
      '[700:42000] -i docker0 ! -o docker0 -j ACCEPT',
    ],
    [
      'DOCKER',
      null,
      '[182:10920] -d 172.17.0.2/32 ! -i docker0 -o docker0 -p tcp -m tcp --dport 80 -j ACCEPT',
    ],
    [
      'DOCKER-USER',
      null,
      '[24:1440] -p tcp -m tcp --dport 3306 -m comment --comment "no direct MySQL" -j DROP',
      '[9096:710890] -j RETURN',
      '[0:0] -p tcp -m tcp --dport 6379 -j DROP',
    ],
    [
      'DOCKER-ISOLATION-STAGE-1',
      null,
      '[700:42000] -i docker0 ! -o docker0 -j DOCKER-ISOLATION-STAGE-2',
      '[9096:710890] -j RETURN',
    ],
    ['DOCKER-ISOLATION-STAGE-2', null, '[0:0] -o docker0 -j DROP', '[700:42000] -j RETURN'],
  ],
};

/** Which connections met which rule: by table, chain and position. */
const met: Readonly<Record<string, readonly number[]>> = {
  'nat PREROUTING 1': [1, 5],
  'nat DOCKER 3': [1, 5],
  'nat POSTROUTING 2': [4],
  'filter FORWARD 1': [1, 3, 4, 5],
  'filter DOCKER 1': [1, 5],
  'filter DOCKER-USER 1': [3],
};

function tableOf(name: string): RuleTable {
  const chains = (saved[name] ?? []).map(([chain, policy, ...rules]): RuleChain => {
    const connections = new Map<number, readonly number[]>();
    return {
      name: chain,
      policy,
      counter: policy === null ? null : { packets: 12, bytes: 720 },
      connections,
      shadowedBy: new Map(name === 'filter' && chain === 'DOCKER-USER' ? [[3, 2]] : []),
      rates: new Map(chain === 'DOCKER' && name === 'nat' ? [[3, 1.25]] : []),
      rules: rules.map((line, index) => {
        const [, packets = '0', bytes = '0', text = ''] = /^\[(\d+):(\d+)\] (.*)$/.exec(line) ?? [];
        const who = met[`${name} ${chain} ${index + 1}`];
        if (who !== undefined) connections.set(index + 1, who);
        return {
          position: index + 1,
          text: `-A ${chain} ${text}`,
          counter: { packets: Number(packets), bytes: Number(bytes) },
          target: / -j (\S+)/.exec(` ${text}`)?.[1] ?? null,
        };
      }),
    };
  });
  return { backend: 'iptables-nft', family: 'ip', name, namespace: 'host', chains };
}

export const rules: RulesReport = { tables: [tableOf('nat'), tableOf('filter')], errors: [], version: 1 };

export function ruleReference(table: string, chain: string, position: number): RuleReference {
  const found = rules.tables
    .find((candidate) => candidate.name === table)
    ?.chains.find((candidate) => candidate.name === chain)?.rules[position - 1];
  if (found === undefined) throw new Error(`no rule ${table} ${chain} ${position}`);
  return {
    ...{ namespace: 'host', backend: 'iptables-nft', family: 'ip', table, chain, position, text: found.text },
    ...{
      target: found.target ?? '',
      evidence: table === 'nat' ? 'conntrack' : 'evaluated',
      counter: found.counter,
    },
  };
}

export function rulesMetBy(connection: number): readonly RuleReference[] {
  return Object.entries(met).flatMap(([place, ids]) => {
    const [table = '', chain = '', position = ''] = place.split(' ');
    return ids.includes(connection) ? [ruleReference(table, chain, Number(position))] : [];
  });
}
