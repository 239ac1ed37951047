import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ConnectionObject, type FlowsDocument, parseFlows } from './documents.ts';
import { type LabHost, startHost, whyNoLab } from './host.ts';
import { capturing, trafficRound } from './traffic.ts';

const skip = whyNoLab();

describe.skipIf(skip !== undefined)(
  `flows of a Docker host${skip === undefined ? '' : ` (skipped: ${skip})`}`,
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'netscope-lab-flows-'));
    const file = join(folder, 'recording.pcapng');
    let host: LabHost;
    let live: FlowsDocument;
    let replayed: FlowsDocument;
    let veths: Readonly<Record<'web' | 'api', string>>;

    beforeAll(async () => {
      host = await startHost({ scenario: 'standard' });
      veths = { web: await hostEnd(host, 'web'), api: await hostEnd(host, 'api') };
      const devices = (await host.run(['ip', '-o', 'link'])).stdout.split('\n').length;
      // The same seconds, twice: reported live, and recorded for later.
      const filter = 'tcp';
      const flows = await host.spawnNetscope(['flows', '-i', 'any', '--duration', '8', '--json', filter]);
      const record = await host.spawnNetscope(['record', '-i', 'any', '-w', file, filter]);
      await Promise.race([
        Promise.all([record.until(/recording/), capturing(host, 2 * devices)]),
        flows.result,
        record.result,
      ]);
      for (let round = 0; round < 4; round++) {
        await trafficRound(host);
        await delay(200);
      }
      const result = await flows.result;
      expect(result.stderr).toBe('');
      live = parseFlows(result.stdout);
      record.signal('SIGINT');
      expect((await record.result).exitCode).toBe(0);
      // mkdtemp makes a folder for its owner alone.
      await execa('chmod', ['755', folder]);
      await execa('chmod', ['644', file]);
      const replay = await host.netscope(['flows', '-r', file, '--json'], { unprivileged: true });
      expect(replay).toMatchObject({ exitCode: 0, stderr: '' });
      replayed = parseFlows(replay.stdout);
    });
    afterAll(async () => {
      rmSync(folder, { recursive: true });
      await host?.remove();
    });

    describe.each([
      ['live', () => live],
      ['from the recording, as nobody', () => replayed],
    ])('%s', (_, documentOf) => {
      it('names the DNAT rule of the published port, by conntrack, and the way from outside to the container', async () => {
        const connections = fromTo(documentOf(), '203.0.113.9', '203.0.113.10', 8080);
        expect(connections).toHaveLength(4);
        const text =
          '-A DOCKER ! -i docker0 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.17.0.2:80';
        for (const connection of connections) {
          expect(connection.translations).toEqual([
            expect.objectContaining({
              kind: 'dnat',
              from: '203.0.113.10:8080',
              to: '172.17.0.2:80',
              rule: expect.objectContaining({
                namespace: 'host',
                backend: 'iptables-nft',
                family: 'ip',
                table: 'nat',
                chain: 'DOCKER',
                position: await positionOf(host, text),
                text,
                target: 'DNAT',
                evidence: 'conntrack',
              }),
            }),
          ]);
          expect(connection.path.map((step) => step.interface)).toEqual([
            'host:eth0',
            'host:docker0',
            `host:${veths.web}`,
          ]);
          expect(connection.verdict).toBe('accept');
          expect(connection.problem).toBe('');
        }
      });

      it.each([
        ['a container', '172.30.0.3', '-s 172.30.0.0/24', ['api', 'bridge', 'eth0']],
        ['a namespace made by hand', '10.9.0.2', '-s 10.9.0.0/24', ['vblue', 'br-lab', 'eth0']],
      ])('names the MASQUERADE rule for %s that goes out', async (_what, source, match, way) => {
        const connections = fromTo(documentOf(), source, '198.51.100.7', 80);
        expect(connections).toHaveLength(4);
        const bridge = await bridgeOf(host, veths.api);
        const names: Readonly<Record<string, string>> = { api: veths.api, bridge };
        for (const connection of connections) {
          expect(connection.translations).toEqual([
            expect.objectContaining({
              kind: 'masquerade',
              from: expect.stringMatching(`^${source}:[0-9]+$`),
              to: expect.stringMatching('^203.0.113.10:[0-9]+$'),
              rule: expect.objectContaining({
                table: 'nat',
                chain: 'POSTROUTING',
                target: 'MASQUERADE',
                evidence: 'conntrack',
              }),
            }),
          ]);
          expect(connection.translations[0]?.rule?.text).toContain(match);
          expect(connection.path.map((step) => step.interface)).toEqual(
            way.map((name) => `host:${names[name] ?? name}`),
          );
        }
      });

      it('names containers, and sees no translation between two on one network', () => {
        const document = documentOf();
        const connections = fromTo(document, '172.30.0.3', '172.30.0.2', 6379);
        expect(connections).toHaveLength(4);
        for (const connection of connections) expect(connection.translations).toEqual([]);
        const flow = document.flows.find(({ id }) => id === connections[0]?.flows[0]);
        expect(flow).toMatchObject({
          source: { container: 'api' },
          destination: { container: 'db' },
          state: 'closed',
        });
      });
    });

    it('says the same offline as live', () => {
      const comparable = (document: FlowsDocument) =>
        stable(document, ['203.0.113.9', '172.30.0.3', '10.9.0.2']);
      expect(comparable(replayed)).toEqual(comparable(live));
      expect(comparable(live).length).toBeGreaterThanOrEqual(16);
    });

    it('records what tshark reads: interfaces named NS/IFACE, every packet, the rule in a comment', async () => {
      const tshark = async (...args: readonly string[]) =>
        (await execa('tshark', ['-n', '-r', file, ...args])).stdout;
      const names = new Set((await tshark('-T', 'fields', '-e', 'frame.interface_name')).split('\n'));
      for (const name of ['host/eth0', 'host/docker0', `host/${veths.web}`]) expect(names).toContain(name);
      expect((await tshark('-T', 'fields', '-e', 'frame.number')).split('\n')).toHaveLength(
        replayed.source.packets,
      );
      expect(await tshark('-T', 'fields', '-e', 'frame.comment')).toContain(
        '--dport 8080 -j DNAT --to-destination 172.17.0.2:80',
      );
      expect(await tshark('-V', '-c', '1')).toContain('Frame 1');
    });
  },
);

/** Connections whose first flow goes from `source` to `destination`:`port`, whatever came before the capture left out. */
function fromTo(
  document: FlowsDocument,
  source: string,
  destination: string,
  port: number,
): ConnectionObject[] {
  const ids = new Set(
    document.flows
      .filter(
        (flow) =>
          flow.source.address === source &&
          flow.destination.address === destination &&
          flow.destination.port === port,
      )
      .map((flow) => flow.connection),
  );
  return document.connections.filter(({ id }) => ids.has(id));
}

/** What does not depend on when the capture began: no ids and no times, in the order of the addresses. */
function stable(document: FlowsDocument, sources: readonly string[]): string[] {
  const keys = new Map(
    document.flows.map((flow) => [
      flow.id,
      `${flow.interface?.namespace}:${flow.interface?.name} ${flow.source.address}:${flow.source.port}(${flow.source.container}) > ` +
        `${flow.destination.address}:${flow.destination.port}(${flow.destination.container}) ${flow.state} ` +
        `${flow.packets.forward}/${flow.packets.reverse} ${flow.bytes.forward}/${flow.bytes.reverse}`,
    ]),
  );
  const wanted = new Set(
    document.flows.filter((flow) => sources.includes(flow.source.address)).map((flow) => flow.connection),
  );
  return document.connections
    .filter(({ id }) => wanted.has(id))
    .map((connection) =>
      JSON.stringify({
        flows: connection.path.map((step) => keys.get(step.flow)),
        translations: connection.translations.map(({ kind, from, to, rule }) => [
          kind,
          from,
          to,
          rule?.text,
          rule?.evidence,
        ]),
        verdict: connection.verdict,
        problem: connection.problem,
      }),
    )
    .sort();
}

/** The host's end of a container's eth0, from what ip(8) says of both. */
async function hostEnd(host: LabHost, container: string): Promise<string> {
  const { stdout } = await host.run(['ip', '-o', 'link', 'show', 'eth0'], { container });
  const index = /eth0@if(\d+):/.exec(stdout)?.[1];
  const all = (await host.run(['ip', '-o', 'link'])).stdout;
  const name = new RegExp(`^${index}: ([^@:]+)`, 'm').exec(all)?.[1];
  if (name === undefined) throw new Error(`no host end of ${container}'s eth0:\n${stdout}\n${all}`);
  return name;
}

async function bridgeOf(host: LabHost, port: string): Promise<string> {
  const { stdout } = await host.run(['ip', '-o', 'link', 'show', port]);
  return / master (\S+)/.exec(stdout)?.[1] ?? '';
}

/** The rule's position in nat DOCKER as `iptables -S` lists it. */
async function positionOf(host: LabHost, text: string): Promise<number> {
  const { stdout } = await host.run(['iptables', '-t', 'nat', '-S', 'DOCKER']);
  return stdout.split('\n').indexOf(text);
}
