import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Connection, Flow } from '../../src/flow/model.ts';
import type { Session } from '../../src/session/model.ts';
import { openFile } from './open.ts';

const fixtures = resolve(import.meta.dirname, '../../fixtures');

const open = (name: string) => openFile(`${fixtures}/${name}`);

/** The connections whose first flow goes to this port, with that flow. */
function connectionsTo(session: Session, port: number): { connection: Connection; flow: Flow }[] {
  const { flows, connections } = session.flows();
  return connections.flatMap((connection) => {
    const flow = flows.find(({ id }) => id === connection.path[0]?.flow);
    return flow?.destination.port === port ? [{ connection, flow }] : [];
  });
}

/** The path, with the names that Docker makes up cut to their first two letters. */
function wayOf({ path }: Connection): readonly string[] {
  return path.map(({ interface: name }) => name.replace(/veth\w+|br-\w+/, (found) => found.slice(0, 2)));
}

describe('the recording of a container that cannot reach its database', () => {
  let session: Session;
  beforeAll(async () => {
    session = await open('broken-db.pcapng');
  });
  afterAll(() => session.close());

  it('names the rule that dropped the connection, and where it was last seen', () => {
    const broken = connectionsTo(session, 3306).filter(({ flow }) => flow.state === 'unanswered');
    expect(broken).toHaveLength(3);
    for (const { connection, flow } of broken) {
      expect(flow.source.container).toBe('web');
      expect(flow.destination.container).toBe('db');
      expect(connection.verdict).toBe('drop');
      expect(connection.rules).toHaveLength(1);
      expect(connection.rules[0]).toMatchObject({
        namespace: 'host',
        backend: 'iptables-nft',
        table: 'filter',
        chain: 'DOCKER-USER',
        position: 1,
        target: 'DROP',
      });
      expect(connection.lastSeenAt).toMatch(/^host:veth/);
      expect(connection.problem).toMatch(
        /no answer from 172\.28\.0\.2:3306 after \d SYNs; last seen at host:veth.*DOCKER-USER/,
      );
    }
  });

  it('names the DNAT rule of the published port, proved by conntrack, and the way in order', () => {
    const published = connectionsTo(session, 8080);
    expect(published.length).toBeGreaterThan(0);
    for (const { connection } of published) {
      const [translation] = connection.translations;
      expect(translation).toMatchObject({ kind: 'dnat', from: '203.0.113.10:8080', to: '172.28.0.4:80' });
      expect(translation?.rule).toMatchObject({ table: 'nat', chain: 'DOCKER', evidence: 'conntrack' });
      expect(translation?.rule?.text).toMatch(/^-A DOCKER .* -j DNAT --to-destination 172\.28\.0\.4:80$/);
      expect(wayOf(connection)).toEqual(['host:eth0', 'host:br', 'host:ve', 'web:eth0']);
    }
  });

  it('names the MASQUERADE rule of the connection to the outside', () => {
    const outside = connectionsTo(session, 80).filter(({ flow }) => flow.source.container === 'web');
    expect(outside.length).toBeGreaterThan(0);
    for (const { connection } of outside) {
      expect(connection.translations[0]).toMatchObject({ kind: 'masquerade' });
      expect(connection.translations[0]?.from).toMatch(/^172\.28\.0\.4:/);
      expect(connection.translations[0]?.to).toMatch(/^203\.0\.113\.10:/);
      expect(connection.translations[0]?.rule).toMatchObject({ target: 'MASQUERADE', evidence: 'conntrack' });
      // The kernel gives the veth and its bridge the same receive time.
      expect(wayOf(connection)).toEqual(['web:eth0', 'host:ve', 'host:br', 'host:eth0']);
    }
  });

  it('finds nothing wrong with the queries that the embedded DNS answered', () => {
    const { flows, connections } = session.flows();
    const answered = connections.filter(({ flows: members }) =>
      members.some((id) => flows[id - 1]?.destination.address === '127.0.0.11'),
    );
    expect(answered.length).toBeGreaterThan(0);
    for (const { problem, flows: members } of answered) {
      expect(problem).toBe('');
      expect(members.flatMap((id) => flows[id - 1]?.notes ?? [])).toEqual([]);
    }
  });

  it('lists under each rule the connections that met it', () => {
    const chain = session
      .rules()
      .tables.find(
        ({ namespace, name, family }) => namespace === 'host' && name === 'filter' && family === 'ip',
      )
      ?.chains.find(({ name }) => name === 'DOCKER-USER');
    const dropped = connectionsTo(session, 3306).filter(({ connection }) => connection.verdict === 'drop');
    expect(chain?.connections.get(1)).toEqual(dropped.map(({ connection }) => connection.id));
    expect(chain?.rules[0]?.counter?.packets).toBeGreaterThan(0);
  });

  it('gives packets back with their bytes, their tree and the comment that names the rule', () => {
    const [first] = connectionsTo(session, 3306);
    const numbers = session.packets.ofFlows(new Set(first?.connection.flows ?? []), 100);
    const packet = numbers[0] ?? 0;
    expect(session.packets.bytes(packet)?.length).toBe(session.packets.at(packet)?.capturedLength);
    const dissection = session.packets.dissect(packet);
    expect(dissection?.protocols).toEqual(['eth', 'ip', 'tcp']);
    const comments = dissection?.tree[0]?.children.filter(({ name }) => name === 'frame.comment') ?? [];
    expect(comments[0]?.value).toContain('DOCKER-USER');
  });

  it('follows a conversation', () => {
    const [http] = connectionsTo(session, 8080);
    const pieces = session.follow(http?.flow.id ?? 0);
    const text = (forward: boolean): string =>
      pieces
        .filter((piece) => piece.forward === forward)
        .map(({ bytes }) => new TextDecoder().decode(bytes))
        .join('');
    expect(text(true)).toMatch(/^GET \/ HTTP\/1\.1\r\n/);
    expect(text(false)).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  });
});

describe('the recording of one of each', () => {
  it('restores the topology', async () => {
    const session = await open('standard.pcapng');
    const names = session.topology?.namespaces.map(({ name }) => name) ?? [];
    expect(names).toEqual(expect.arrayContaining(['host', 'web', 'api', 'db', 'lonely', 'blue', 'red']));
    const members = session.topology?.bridges.flatMap((bridge) => bridge.members) ?? [];
    expect(members.find(({ containers }) => containers.includes('web'))?.containers).toContain('sidecar');
    await session.close();
  });
});
