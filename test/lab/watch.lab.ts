/** A session that watches while containers come, go and move between networks: what it holds, and what is true after. */
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { LabProcess } from './host/run.ts';
import { type LabHost, startHost, whyNoLab } from './host.ts';

const skip = whyNoLab();
const operations = 200;
const seed = 20_261_120;
const images = fileURLToPath(new URL('host/images.sh', import.meta.url));

const container = z.object({
  id: z.string(),
  name: z.string(),
  state: z.string(),
  networkMode: z.string(),
  networks: z.array(z.object({ name: z.string(), address: z.string(), driver: z.string() })),
});
const topologySchema = z.object({
  namespaces: z.array(
    z.object({
      id: z.string(),
      containers: z.array(container),
      links: z.array(
        z.object({
          name: z.string(),
          addresses: z.array(z.string()),
          peer: z.object({ namespace: z.string(), name: z.string() }).nullable(),
          master: z.object({ name: z.string() }).nullable(),
        }),
      ),
    }),
  ),
  stoppedContainers: z.array(container),
  bridges: z.array(z.object({ name: z.string(), network: z.string().nullable() })),
  warnings: z.array(z.string()),
});

const inspectedContainer = z.object({
  Id: z.string(),
  Name: z.string(),
  State: z.object({ Status: z.string(), Pid: z.number() }),
  HostConfig: z.object({ NetworkMode: z.string() }),
  NetworkSettings: z.object({ Networks: z.record(z.string(), z.object({ IPAddress: z.string() })) }),
});
const inspectedNetwork = z.object({
  Id: z.string(),
  Name: z.string(),
  Driver: z.string(),
  Containers: z.record(z.string(), z.object({ IPv4Address: z.string() })),
});

/** mulberry32: the same operations for the same seed. */
function randomFrom(start: number): (below: number) => number {
  let state = start;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** Docker commands at random, on a few containers and networks; many are refused, as what they ask for cannot be. */
function* commands(): Generator<string[]> {
  const random = randomFrom(seed);
  for (;;) {
    const one = `c${random(6)}`;
    const network = `n${random(3)}`;
    const modes = ['bridge', network, network, 'none', 'host', `container:c${random(6)}`];
    const mode = modes[random(modes.length)] ?? '';
    const all = [
      ['run', '--detach', '--name', one, '--network', mode, 'lab/base'],
      ['create', '--name', one, '--network', mode, 'lab/base'],
      ['start', one],
      ['stop', '--time', '0', one],
      ['network', 'create', network],
      ['network', 'connect', network, one],
      ['network', 'disconnect', network, one],
      ['network', 'rm', network],
      ['rm', '--force', one],
    ];
    yield all[random(all.length)] ?? [];
  }
}

describe.skipIf(skip !== undefined)(`watching${skip === undefined ? '' : ` (skipped: ${skip})`}`, () => {
  let host: LabHost;
  let watcher: LabProcess;
  let pid = '';
  let before: { readonly descriptors: number; readonly namespaces: readonly string[] };

  beforeAll(async () => {
    host = await startHost();
    await host.run(['bash', '-c', `. ${images}; base_image`]);
    watcher = await host.spawnNetscope(['flows', '-i', 'any', '--json'], { timeout: 600_000 });
    // Until it captures and follows.
    await delay(4000);
    pid = (await host.run(['pidof', 'node'])).stdout.trim();
    before = {
      descriptors: await descriptors(),
      namespaces: (await topology()).namespaces.map(({ id }) => id),
    };
  });
  afterAll(() => host?.remove());

  const descriptors = async () =>
    (await host.run(['ls', `/proc/${pid}/fd`])).stdout.split('\n').filter((line) => line !== '').length;

  async function topology() {
    const { stdout, exitCode, stderr } = await host.netscope(['topology', '--json']);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    return topologySchema.parse(JSON.parse(stdout));
  }

  async function inspect<T>(
    list: readonly string[],
    command: readonly string[],
    schema: z.ZodType<T>,
  ): Promise<T[]> {
    const names = (await host.run(list)).stdout.split('\n').filter((line) => line !== '');
    if (names.length === 0) return [];
    return z.array(schema).parse(JSON.parse((await host.run([...command, ...names])).stdout));
  }

  it(`agrees with docker after ${operations} random operations`, { timeout: 500_000 }, async () => {
    let done = 0;
    for (const command of commands()) {
      const { exitCode } = await host.attempt(['docker', ...command]);
      if (exitCode === 0 && ++done === operations) break;
    }
    const containers = await inspect(['docker', 'ps', '-aq'], ['docker', 'inspect'], inspectedContainer);
    const networks = await inspect(
      ['docker', 'network', 'ls', '-q'],
      ['docker', 'network', 'inspect'],
      inspectedNetwork,
    );
    const drivers = new Map(networks.map(({ Name, Driver }) => [Name, Driver]));
    const seen = await topology();
    expect(seen.warnings).toEqual([]);

    const found = [
      ...seen.namespaces.flatMap((namespace) => namespace.containers),
      ...seen.stoppedContainers,
    ];
    expect(containers.length).toBeGreaterThan(0);
    expect(found.map(({ name }) => name).sort()).toEqual(containers.map(({ Name }) => Name.slice(1)).sort());
    for (const truth of containers) {
      const name = truth.Name.slice(1);
      const runs = truth.State.Pid !== 0;
      const namespace = runs
        ? (await host.run(['readlink', `/proc/${truth.State.Pid}/ns/net`])).stdout.trim()
        : undefined;
      const home = seen.namespaces.find(({ id }) => id === namespace);
      const ours = (runs ? home?.containers : seen.stoppedContainers)?.find(({ id }) => id === truth.Id);
      expect(ours, name).toEqual({
        id: truth.Id,
        name,
        state: truth.State.Status,
        networkMode: truth.HostConfig.NetworkMode,
        networks: Object.entries(truth.NetworkSettings.Networks).map(([network, { IPAddress }]) => ({
          name: network,
          address: IPAddress,
          driver: drivers.get(network) ?? '',
        })),
      });
    }
    for (const { Id, Name, Driver, Containers } of networks) {
      if (Driver !== 'bridge') continue;
      const bridge = Name === 'bridge' ? 'docker0' : `br-${Id.slice(0, 12)}`;
      expect(
        seen.bridges.find(({ name }) => name === bridge),
        Name,
      ).toMatchObject({ network: Name });
      for (const [id, { IPv4Address }] of Object.entries(Containers)) {
        const home = seen.namespaces.find(({ containers: inside }) => inside.some((one) => one.id === id));
        const link = home?.links.find(({ addresses }) => addresses.includes(IPv4Address));
        const far = seen.namespaces
          .find((namespace) => namespace.id === link?.peer?.namespace)
          ?.links.find(({ name }) => name === link?.peer?.name);
        expect(far?.master?.name, `${Name} ${IPv4Address}`).toBe(bridge);
      }
    }
  });

  it('lets go of every descriptor and namespace once the containers are gone', {
    timeout: 120_000,
  }, async () => {
    const all = (await host.run(['docker', 'ps', '-aq'])).stdout.split('\n').filter((line) => line !== '');
    if (all.length > 0) await host.run(['docker', 'rm', '--force', ...all]);
    await host.run(['docker', 'network', 'prune', '--force']);
    await expect
      .poll(descriptors, { timeout: 30_000, interval: 500 })
      .toBeLessThanOrEqual(before.descriptors);
    expect((await topology()).namespaces.map(({ id }) => id)).toEqual(before.namespaces);
    watcher.signal('SIGINT');
    expect(await watcher.result).toMatchObject({ exitCode: 0 });
  });
});
