import { describe, expect, it } from 'vitest';
import { container, link, loopback, type NamespaceInput } from '../build-snapshot.ts';
import { recognised, table } from './recognised.ts';

function hostWith(inside: NamespaceInput) {
  return {
    namespaces: { 0: { links: [loopback] }, 1: { links: [loopback, link(2, 'eth0', 'veth')], ...inside } },
    containers: [container('api', 1, 'app')],
  };
}

const listening = [
  { protocol: 'udp' as const, family: 'ip' as const, address: '127.0.0.11', port: 45678, inode: 1 },
  { protocol: 'tcp' as const, family: 'ip' as const, address: '127.0.0.11', port: 45679, inode: 2 },
];
const rules = [
  table(
    'nat',
    ['OUTPUT', 'DOCKER_OUTPUT'],
    [
      '-A OUTPUT -d 127.0.0.11/32 -j DOCKER_OUTPUT',
      '-A DOCKER_OUTPUT -d 127.0.0.11/32 -p udp -m udp --dport 53 -j DNAT --to-destination 127.0.0.11:45678',
    ],
  ),
];

describe('the embedded DNS server', () => {
  it('is recognised by its sockets, its rules and resolv.conf', () => {
    const found = recognised(
      hostWith({ listeners: listening, rulesets: rules, resolvConf: 'search x\nnameserver 127.0.0.11\n' }),
      'docker-dns',
    );
    expect(found).toMatchObject([
      {
        containers: ['api'],
        evidence: [
          'api: the engine answers on udp 45678 and tcp 45679',
          'api: nat rules lead port 53 of 127.0.0.11 there',
          'api: resolv.conf names it',
        ],
      },
    ]);
  });

  it('is not, where a container asks another server', () => {
    expect(
      recognised(hostWith({ resolvConf: 'nameserver 127.0.0.1\nnameserver 127.0.0.110\n' }), 'docker-dns'),
    ).toEqual([]);
  });
});
