/** Snapshots of hosts that never were, for properties that hold for every host. */
import fc from 'fast-check';
import { type HostSnapshot, snapshotSchema } from '../../src/snapshot/schema.ts';

/** Few values, so that they meet: names that are taken twice, links that are their own master or lower device. */
const small = fc.integer({ min: -1, max: 6 });
const namespaceId = fc.constantFrom('net:[1]', 'net:[2]', 'net:[3]', 'net:[4]');
export const word = fc.oneof(
  fc.constantFrom(
    'host',
    'web',
    'any',
    'cni0',
    'qrouter-1',
    'ingress_sbox',
    '1-abcdefghij',
    'flannel.1',
    'constructor',
    '',
  ),
  fc.string({ unit: 'binary', maxLength: 6 }),
);
const address = fc.constantFrom('10.0.0.1/24', '10.0.0.2/24', 'fe80::1/64', '127.0.0.1/8', '', '/');
const kind = fc.constantFrom(
  'veth',
  'bridge',
  'macvlan',
  'vxlan',
  'vlan',
  'openvswitch',
  'gretap',
  'tun',
  'loopback',
  'physical',
);
const optional = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined });

const link = fc.record({
  index: small,
  name: word,
  kind,
  master: optional(small),
  link: optional(small),
  linkNsid: optional(small),
  ethtoolPeer: optional(small),
  flags: fc.subarray(['up', 'running', 'no-carrier']),
  addresses: fc.array(fc.record({ cidr: address }), { maxLength: 2 }),
  details: fc.dictionary(
    fc.constantFrom('id', 'link', 'linkIndex', 'mode', 'type', 'processes', 'okey'),
    fc.jsonValue(),
    { maxKeys: 3 },
  ),
  port: optional(fc.dictionary(fc.constantFrom('state', 'hairpin'), fc.jsonValue(), { maxKeys: 2 })),
});
const rules = fc.array(
  fc.constantFrom(
    ':KUBE-SERVICES - [0:0]',
    '-A KUBE-SERVICES -j KUBE-SVC-A',
    '-A KUBE-SVC-A -j KUBE-SVC-A',
    '-A DOCKER -p tcp --dport 80 -j DNAT --to-destination 10.0.0.2',
    '-A X -j DNAT --to-destination',
    '-A P -j MARK --set-mark zz',
  ),
);
const namespace = fc.record({
  id: namespaceId,
  host: fc.boolean(),
  names: fc.array(word, { maxLength: 2 }),
  paths: fc.array(word, { maxLength: 1 }),
  processes: fc.array(fc.record({ pid: small, command: word }), { maxLength: 2 }),
  nsids: fc.array(fc.record({ nsid: small, namespace: namespaceId }), { maxLength: 4 }),
  links: fc.array(link, { maxLength: 6 }),
  routes: fc.array(
    fc.record({
      family: fc.constantFrom('ip', 'ip6'),
      destination: fc.constantFrom('default', '10.0.0.0/8'),
      interfaceIndex: optional(small),
    }),
    { maxLength: 2 },
  ),
  fdb: fc.array(
    fc.record({
      mac: word,
      interfaceIndex: small,
      interface: word,
      master: optional(small),
      destination: optional(word),
    }),
    { maxLength: 3 },
  ),
  rulesets: fc.array(
    fc.record({
      backend: fc.constantFrom('iptables-nft', 'nftables'),
      family: fc.constant('ip'),
      text: fc.oneof(
        rules.map((lines) => lines.join('\n')),
        fc.json(),
      ),
    }),
    { maxLength: 2 },
  ),
  ipvs: optional(fc.constantFrom('-A -f 1 -s rr\n-a -f 1 -r x:0', '-a -t', '')),
  unreadable: fc.array(word, { maxLength: 1 }),
});
const container = fc.record({
  id: fc.constantFrom('aa11', 'aa12', ''),
  name: word,
  engine: fc.constantFrom('docker', 'podman'),
  state: word,
  networkMode: fc.constantFrom('bridge', 'host', 'none', 'container:aa11', 'container:', 'slirp4netns'),
  namespace: optional(namespaceId),
  endpoints: fc.array(fc.record({ network: word, gateway: fc.constantFrom('10.0.0.1', '') }), {
    maxLength: 2,
  }),
  published: fc.array(
    fc.record({ protocol: fc.constant('tcp'), containerPort: small, hostAddress: address, hostPort: small }),
    { maxLength: 2 },
  ),
  labels: fc.dictionary(fc.constantFrom('io.kubernetes.pod.name', 'com.docker.swarm.service.id'), word),
});
/** Its namespaces have ids of their own. */
export const anySnapshot: fc.Arbitrary<HostSnapshot> = fc
  .record({
    schema: fc.constant('netscope.snapshot/1'),
    takenAt: fc.constant(''),
    host: fc.record({ hostname: word, kernel: word }),
    namespaces: fc.array(namespace, { maxLength: 4 }),
    containers: fc.array(container, { maxLength: 4 }),
    networks: fc.array(
      fc.record({
        id: word,
        name: word,
        engine: fc.constant('docker'),
        driver: fc.constantFrom('bridge', 'macvlan', 'overlay'),
      }),
      { maxLength: 2 },
    ),
    switches: optional(
      fc.array(
        fc.record({
          name: word,
          ports: fc.array(
            fc.record({
              name: word,
              tag: optional(small),
              interfaces: fc.array(
                fc.record({
                  name: word,
                  type: fc.constantFrom('', 'internal', 'patch', 'vxlan'),
                  options: fc.dictionary(fc.constantFrom('peer', 'remote_ip', 'dst_port'), word),
                }),
                { maxLength: 2 },
              ),
            }),
            { maxLength: 3 },
          ),
        }),
        { maxLength: 3 },
      ),
    ),
  })
  .map((value) => {
    const given = snapshotSchema.parse(value);
    return { ...given, namespaces: [...new Map(given.namespaces.map((one) => [one.id, one])).values()] };
  });
