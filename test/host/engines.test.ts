import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { engineSockets } from '../../src/host/engines/addresses.ts';
import type { EnginePeer } from '../../src/host/engines/peer.ts';
import { type Engines, readEngines } from '../../src/host/engines/read.ts';
import { attachContainers } from '../../src/host/engines/sandboxes.ts';
import { type NamespaceState, snapshotSchema } from '../../src/snapshot/schema.ts';

/** An engine that answers with what it is given: the shapes are those of the Engine API. */
const answers: Record<string, unknown> = {
  '/version': { Version: '99.1.0', Components: [{ Name: 'Engine', Version: '99.1.0' }] },
  '/containers/json?all=1': [{ Id: 'aaa' }, { Id: 'bbb' }, { Id: 'gone' }],
  '/containers/aaa/json': {
    Id: 'aaa',
    Name: '/web',
    State: { Status: 'running', Pid: 4711 },
    Config: {
      Image: 'nginx',
      Labels: { 'com.docker.compose.project': 'shop' },
      ExposedPorts: { '80/tcp': {} },
    },
    HostConfig: { NetworkMode: 'default' },
    NetworkSettings: {
      SandboxKey: '/var/run/docker/netns/0123456789ab',
      Ports: {
        '80/tcp': [
          { HostIp: '', HostPort: '8080' },
          { HostIp: '::', HostPort: '8080' },
        ],
        '443/tcp': null,
      },
      Networks: {
        bridge: {
          NetworkID: 'n1',
          IPAddress: '172.17.0.2',
          Gateway: '172.17.0.1',
          GlobalIPv6Address: 'fd00:17::2',
          IPv6Gateway: 'fd00:17::1',
          MacAddress: '02:42:ac:11:00:02',
          Aliases: null,
        },
      },
    },
    Surprise: { new: 'field' },
  },
  '/containers/bbb/json': {
    Id: 'bbb',
    Name: '/stopped',
    State: { Status: 'exited', Pid: 0 },
    Config: { Image: 'busybox', Labels: null },
    HostConfig: { NetworkMode: 'none' },
    NetworkSettings: { SandboxKey: '', Ports: null, Networks: null },
  },
  '/networks': [
    {
      Id: 'n1',
      Name: 'bridge',
      Driver: 'bridge',
      Scope: 'local',
      Internal: false,
      EnableIPv6: false,
      IPAM: { Config: [{ Subnet: '172.17.0.0/16', Gateway: '172.17.0.1' }] },
      Options: { 'com.docker.network.bridge.name': 'docker0' },
      Labels: {},
    },
    {
      Id: 'n2',
      Name: 'none',
      Driver: 'null',
      Scope: 'local',
      IPAM: { Config: null },
      Options: null,
      Labels: null,
    },
  ],
};

const containersOf = ({ states }: Engines) => states.flatMap(({ containers }) => containers);

describe('readEngines', () => {
  let folder: string;
  let server: Server | undefined;
  const socket = (): string => join(folder, 'docker.sock');

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'netscope-engine-'));
  });
  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
    server = undefined;
    rmSync(folder, { recursive: true });
  });

  async function serve(of: Record<string, unknown>): Promise<string> {
    server = createServer((incoming, outgoing) => {
      const answer = of[incoming.url ?? ''];
      if (answer === 'silence') return;
      outgoing.statusCode = answer === undefined ? 404 : 200;
      outgoing.end(answer === undefined ? '{"message":"No such container"}' : JSON.stringify(answer));
    });
    await new Promise<void>((done) => server?.listen(socket(), done));
    return `unix://${socket()}`;
  }

  it('reads containers in every state, networks and the version', async () => {
    const engines = await readEngines(await serve(answers));
    expect(engines.warnings).toEqual([]);
    expect(engines.states.map(({ engine }) => engine)).toEqual([
      { kind: 'docker', version: '99.1.0', socket: socket() },
    ]);
    expect(engines.states[0]?.peer).toMatchObject({ root: `/proc/${process.pid}/root`, samePids: true });
    expect(containersOf(engines)).toEqual([
      expect.objectContaining({
        id: 'aaa',
        name: 'web',
        state: 'running',
        pid: 4711,
        networkMode: 'bridge',
        exposed: ['80/tcp'],
        labels: { 'com.docker.compose.project': 'shop' },
        endpoints: [
          expect.objectContaining({
            ...{ address: '172.17.0.2', gateway: '172.17.0.1' },
            ...{ address6: 'fd00:17::2', gateway6: 'fd00:17::1' },
          }),
        ],
        published: [
          { protocol: 'tcp', containerPort: 80, hostAddress: '0.0.0.0', hostPort: 8080 },
          { protocol: 'tcp', containerPort: 80, hostAddress: '::', hostPort: 8080 },
        ],
      }),
      expect.objectContaining({
        id: 'bbb',
        state: 'exited',
        pid: 0,
        networkMode: 'none',
        endpoints: [],
        labels: {},
      }),
    ]);
    expect(
      engines.states.flatMap(({ networks }) => networks).map(({ name, subnets }) => [name, subnets]),
    ).toEqual([
      ['bridge', [{ subnet: '172.17.0.0/16', gateway: '172.17.0.1' }]],
      ['none', []],
    ]);
    for (const container of containersOf(engines)) snapshotSchema.shape.containers.parse([container]);
  });

  it('calls Podman by its name', async () => {
    const podman = { Version: '5.0.0', Components: [{ Name: 'Podman Engine', Version: '5.0.0' }] };
    const engines = await readEngines(await serve({ ...answers, '/version': podman }));
    expect(engines.states[0]?.engine.kind).toBe('podman');
    expect(containersOf(engines)[0]?.engine).toBe('podman');
    // One before 4 has no other API.
    expect(engines.states[0]?.networks.map(({ name }) => name)).toEqual(['bridge', 'none']);
  });

  it("reads Podman's bridges and pods from its own API, and ports of the container that has them", async () => {
    const guest = {
      Id: 'ccc',
      Name: '/guest',
      State: { Status: 'running', Pid: 4712 },
      Config: { Image: 'nginx', Labels: {} },
      HostConfig: { NetworkMode: 'container:aaa' },
      NetworkSettings: { Ports: { '80/tcp': [{ HostIp: '', HostPort: '8080' }] }, Networks: null },
    };
    const engines = await readEngines(
      await serve({
        ...answers,
        '/version': { Version: '4.3.1', Components: [{ Name: 'Podman Engine', Version: '4.3.1' }] },
        '/containers/json?all=1': [{ Id: 'aaa' }, { Id: 'ccc' }],
        '/containers/ccc/json': guest,
        '/v4.0.0/libpod/networks/json': [
          {
            name: 'podman',
            id: 'n1',
            driver: 'bridge',
            network_interface: 'podman0',
            subnets: [{ subnet: '10.88.0.0/16', gateway: '10.88.0.1' }],
            dns_enabled: false,
          },
        ],
        '/v4.0.0/libpod/pods/json': [
          { Name: 'duo', InfraId: 'aaa', Containers: [{ Id: 'aaa' }, { Id: 'ccc' }] },
        ],
      }),
    );
    expect(engines.states[0]?.networks).toMatchObject([
      { name: 'podman', interface: 'podman0', names: false, engine: 'podman' },
    ]);
    expect(containersOf(engines)).toMatchObject([
      {
        name: 'web',
        pod: { name: 'duo', sandbox: true },
        published: [{ hostPort: 8080 }, { hostPort: 8080 }],
      },
      { name: 'guest', pod: { name: 'duo', sandbox: false }, published: [] },
    ]);
  });

  it('leaves out one container that it cannot understand, and says so', async () => {
    const engines = await readEngines(await serve({ ...answers, '/containers/aaa/json': { Id: 5 } }));
    expect(containersOf(engines).map(({ id }) => id)).toEqual(['bbb']);
    expect(engines.warnings).toEqual([expect.stringContaining('container aaa')]);
  });

  it('warns when the engine that the user named does not answer', async () => {
    const engines = await readEngines(`unix://${socket()}`);
    expect(engines.states).toEqual([]);
    expect(engines.warnings).toEqual([expect.stringContaining(socket())]);
  });

  it('gives up after 2 s on an engine that accepts and says nothing', async () => {
    const address = await serve({ '/version': 'silence' });
    const started = Date.now();
    const engines = await readEngines(address);
    expect(Date.now() - started).toBeLessThan(4000);
    expect(engines.warnings).toEqual([expect.stringContaining('no answer in 2 s')]);
  });

  it('refuses an address that it cannot use, with what to give instead', async () => {
    await expect(readEngines('ssh://elsewhere')).rejects.toThrow(/--docker-host/);
    expect(engineSockets('tcp://[::1]:2376').addresses).toEqual([{ kind: 'tcp', host: '::1', port: 2376 }]);
    expect(engineSockets('tcp://10.0.0.1').addresses).toEqual([
      { kind: 'tcp', host: '10.0.0.1', port: 2375 },
    ]);
    expect(engineSockets('/run/x.sock').addresses).toEqual([{ kind: 'unix', path: '/run/x.sock' }]);
  });
});

describe('attachContainers', () => {
  const namespace = (id: number, pids: number[], paths: string[] = []): NamespaceState =>
    snapshotSchema.shape.namespaces.element.parse({
      id: `net:[${id}]`,
      processes: pids.map((pid) => ({ pid, command: '' })),
      paths,
    });
  const container = (pid: number, networkMode = 'bridge', sandboxKey?: string) => {
    const [parsed] = snapshotSchema.shape.containers.parse([
      {
        id: 'c',
        name: 'c',
        engine: 'docker',
        state: pid > 0 ? 'running' : 'exited',
        pid,
        networkMode,
        sandboxKey,
      },
    ]);
    if (parsed === undefined) throw new Error('not parsed');
    return parsed;
  };

  const here = { root: '/nonexistent', network: 'net:[1]', samePids: true };
  const all = [namespace(1, [1]), namespace(2, [20]), namespace(3, [], ['/run/docker/netns/abc'])];
  const of = (candidate: ReturnType<typeof container>, peer?: EnginePeer) =>
    attachContainers([candidate], all, peer)[0]?.namespace;

  it('finds the namespace by the process, by the sandbox, and none for one that does not run', () => {
    expect(of(container(20), here)).toBe('net:[2]');
    expect(of(container(99, 'bridge', '/var/run/docker/netns/abc'), here)).toBe('net:[3]');
    expect(of(container(99, 'host'), here)).toBe('net:[1]');
    expect(of(container(99), here)).toBeUndefined();
    expect(of(container(0, 'bridge', '/var/run/docker/netns/abc'), here)).toBeUndefined();
  });

  it('does not take PIDs for its own that an engine elsewhere counts', () => {
    expect(of(container(20), { ...here, samePids: false })).toBeUndefined();
    expect(of(container(20))).toBeUndefined();
    expect(of(container(20, 'host'))).toBeUndefined();
    expect(of(container(20, 'bridge', '/run/docker/netns/abc'))).toBe('net:[3]');
  });

  it('does not trust a sandbox path that two engines use, unless it can look where the engine looks', () => {
    const path = '/run/docker/netns/default';
    const twice = [namespace(1, [1], [path]), namespace(2, [20], [path])];
    expect(attachContainers([container(20, 'bridge', path)], twice, here)[0]?.namespace).toBe('net:[2]');
    expect(attachContainers([container(99, 'bridge', path)], twice, here)[0]?.namespace).toBeUndefined();
  });

  it('puts a container whose lender was restarted where its own processes still are', () => {
    const path = '/run/docker/netns/abc';
    const lender = { ...container(30, 'bridge', path), id: 'lender' };
    const shares = (pid: number) => ({ ...container(pid, 'container:lender'), id: 'shares' });
    const found = (pid: number) => attachContainers([lender, shares(pid)], all, here)[1]?.namespace;
    expect(found(20)).toBe('net:[2]');
    // Its process is not known: where its lender is.
    expect(found(99)).toBe('net:[3]');
  });

  it('is not led in circles', () => {
    const loop = { ...container(99, 'container:c'), id: 'c' };
    expect(of(loop, here)).toBeUndefined();
  });
});
