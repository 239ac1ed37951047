import { describe, expect, it } from 'vitest';
import { buildTopology } from '../../../src/topology/build.ts';
import { idOf, link, loopback, ns } from '../build-snapshot.ts';
import { dockerHost } from '../docker-scene.ts';
import { allRecognised } from './recognised.ts';

const { systems } = buildTopology(dockerHost());

describe('a Docker host', () => {
  it('has its bridges, modes and hand-made namespaces recognised, each once', () => {
    expect(systems.map(({ system, name }) => `${system} ${name}`)).toEqual([
      'docker-bridge bridge',
      'docker-bridge back',
      'docker-container sidecar',
      'docker-none lonely',
      'docker-host monitor',
      'netns-lab blue',
    ]);
  });

  it('gives the proof and the way of each bridge', () => {
    expect(systems[0]).toMatchObject({
      evidence: [
        `docker has network bridge (${idOf('network bridge').slice(0, 12)}) on bridge docker0`,
        'veth6f6b800, veth00aa11b are its ports',
      ],
      containers: ['web', 'sidecar', 'db'],
      ways: [
        ['web:eth0', 'host:veth6f6b800', 'host:docker0'],
        ['db:eth0', 'host:veth00aa11b', 'host:docker0'],
      ],
    });
  });

  it('gives the proof of each mode', () => {
    expect(
      systems
        .filter(({ system }) => /docker-(none|host|container)/.test(system))
        .map(({ evidence }) => evidence),
    ).toEqual([
      [
        `sidecar runs with network mode container:${idOf('web')}`,
        'it is in net:[4026531841], the namespace of web',
      ],
      ['lonely runs with network mode none', 'net:[4026531844] has only a loopback interface'],
      ['monitor runs with network mode host', "its namespace net:[4026531840] is the host's"],
    ]);
  });
});

it('says that a container shares the namespace of another no longer, where that was restarted', () => {
  const host = dockerHost();
  const moved = {
    ...host,
    containers: host.containers.map((each) =>
      each.name === 'sidecar' ? { ...each, namespace: ns(5) } : each,
    ),
  };
  const sidecar = buildTopology(moved).systems.find(({ name }) => name === 'sidecar');
  expect(sidecar).toMatchObject({
    containers: ['sidecar'],
    evidence: [
      `sidecar runs with network mode container:${idOf('web')}`,
      'it is in net:[4026531845], which is not the namespace of web now: restart it after web',
    ],
  });
});

describe('a host without any of it', () => {
  it('has no system', () => {
    expect(
      allRecognised({
        namespaces: {
          0: {
            links: [
              loopback,
              link(2, 'eth0', 'physical'),
              link(3, 'br0', 'bridge'),
              link(4, 'gre0', 'gre', { flags: [], operstate: 'DOWN' }),
            ],
          },
          1: { links: [loopback] },
        },
      }),
    ).toEqual([]);
  });
});
