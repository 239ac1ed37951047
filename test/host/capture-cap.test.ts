import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'rolldown';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { CaptureRequest, LiveCapture } from '../../src/host/capture/model.ts';
import { openCapture } from '../../src/host/capture/open.ts';
import { liveCollector, VethLab } from './capture-lab.ts';
import { describeWithTools } from './support.ts';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const child = resolve(root, 'dist/chunks/cap-child.js');
/** Where capturing is built to, for programs of its own. Below node_modules, so that koffi and cap are found. */
const built = resolve(root, `node_modules/.cache/netscope-test-cap-${process.pid}`);
const builtChild = resolve(built, 'cap-child.js');

/** A program that captures on vb until it is killed, and says when it has begun. */
function capturing(namespacePath: string): string {
  const target = { namespacePath, namespaceName: 'n1', interface: 'vb', index: null };
  return `
    import { openCapture } from ${JSON.stringify(resolve(built, 'open.js'))};
    const sink = { interface() {}, packet() {}, warning() {}, ended() {} };
    await openCapture({ targets: [${JSON.stringify(target)}], filter: '', snaplen: 96, backend: 'cap' }, sink);
    console.log('begun');`;
}

/** Arguments of a program that tries to capture as it reads on standard input, and ends with the error's status. */
const unprivileged = [
  '--input-type=module',
  '-e',
  `
  import { readFileSync } from 'node:fs';
  import { openCapture } from ${JSON.stringify(resolve(built, 'open.js'))};
  const { namespacePath, backend } = JSON.parse(readFileSync(0, 'utf8'));
  const target = { namespacePath, namespaceName: 'host', interface: 'lo', index: 1 };
  const sink = { interface() {}, packet() {}, warning() {}, ended() {} };
  try {
    await openCapture({ targets: [target], filter: '', snaplen: 96, backend }, sink);
  } catch (error) {
    console.log(error.message);
    process.exitCode = error.status;
  }`,
];

/** cap is optional: it needs a compiler where it is installed. */
function withCap(): string[] {
  try {
    createRequire(import.meta.url).resolve('cap');
    return [];
  } catch {
    return ['cap'];
  }
}

describeWithTools(['ip', 'nsenter', 'tcpreplay', ...withCap()], 'capturing through cap', () => {
  let lab: VethLab;
  const open: LiveCapture[] = [];
  beforeAll(async () => {
    // The child is a program: it runs as it was compiled, so it must not be older than its source.
    const sources = ['cap-child.ts', 'open-handle.ts', 'cap-process.ts'].map((name) =>
      resolve(root, 'src/host/capture', name),
    );
    if (!existsSync(child) || sources.some((source) => statSync(child).mtimeMs < statSync(source).mtimeMs)) {
      spawnSync(resolve(root, 'node_modules/.bin/rolldown'), ['-c'], { cwd: root });
    }
    await build({
      input: ['open', 'cap-child'].map((name) => resolve(root, `src/host/capture/${name}.ts`)),
      platform: 'node',
      logLevel: 'silent',
      output: { dir: built, entryFileNames: '[name].js' },
    });
    expect(existsSync(child)).toBe(true);
    lab = await VethLab.create();
  }, 60_000);
  afterEach(async () => {
    for (const capture of open.splice(0)) await capture.stop();
  });
  afterAll(() => {
    lab.remove();
    rmSync(built, { recursive: true, force: true });
  });

  async function start(request: Partial<CaptureRequest> & Pick<CaptureRequest, 'targets'>) {
    const { seen, sink } = liveCollector();
    const capture = await openCapture({ filter: '', snaplen: 262_144, backend: 'cap', ...request }, sink);
    open.push(capture);
    return { seen, capture };
  }

  function children(): string[] {
    return readdirSync('/proc').filter((entry) => {
      if (!/^\d+$/.test(entry)) return false;
      try {
        const line = readFileSync(`/proc/${entry}/cmdline`, 'utf8');
        return line.includes(child) || line.includes(builtChild);
      } catch {
        return false;
      }
    });
  }

  it('sees the packets that match the filter, in two namespaces, in the order of their times', async () => {
    const targets = [lab.target(1, 'vb'), lab.target(0, 'va')];
    const { seen, capture } = await start({
      targets,
      filter: 'udp dst port 9',
      snaplen: 60,
      firstInterfaceId: 3,
    });
    await lab.send(0, 'va', 200, 2000);
    await wait(100);
    await capture.stop();
    const counts = [3, 4].map((id) => seen.packets.filter(({ interfaceId }) => interfaceId === id).length);
    expect(counts).toEqual([100, 100]);
    expect(seen.packets[0]).toMatchObject({ wireLength: 100, bytes: expect.stringMatching(/^.{120}$/) });
    const times = seen.packets.map(({ time }) => time);
    expect(times).toEqual([...times].sort());
  });

  it('says that times and drops are not known', async () => {
    const { capture } = await start({ targets: [lab.target(1, 'vb')] });
    expect(capture.notes.join()).toMatch(/what was dropped is not known/);
    expect(capture.interfaces[0]).toMatchObject({
      name: 'n1/vb',
      linkType: 1,
      received: null,
      dropped: null,
    });
  });

  it('survives that an interface disappears, and goes on with the others', async () => {
    lab.addPair('vc', 'vd');
    const { seen, capture } = await start({ targets: [lab.target(1, 'vd'), lab.target(1, 'vb')] });
    lab.run(0, 'ip', 'link', 'del', 'vc');
    await expect.poll(() => seen.ended, { timeout: 5000 }).toEqual([[0, 'the interface disappeared']]);
    await lab.send(0, 'va', 10, 1000);
    await expect.poll(() => seen.packets.length).toBe(10);
    await capture.stop();
  });

  it('leaves no process behind, neither after stop nor when netscope dies', async () => {
    const { capture } = await start({ targets: [lab.target(1, 'vb')] });
    expect(children().length).toBeGreaterThan(0);
    await capture.stop();
    await expect.poll(children).toEqual([]);
    const other = spawn(process.execPath, ['--input-type=module', '-e', capturing(lab.path(1))], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await new Promise((done) => other.stdout.once('data', done));
    await expect.poll(children).toHaveLength(1);
    other.kill('SIGKILL');
    await expect.poll(children).toEqual([]);
  });

  it.each(['libpcap', 'cap'])('says which capability is missing: %s', (backend) => {
    for (const namespacePath of [null, '/proc/1/ns/net']) {
      const { status, stdout } = spawnSync(
        'unshare',
        [
          '-n',
          'setpriv',
          '--reuid=65534',
          '--regid=65534',
          '--clear-groups',
          process.execPath,
          ...unprivileged,
        ],
        { input: JSON.stringify({ namespacePath, backend }), encoding: 'utf8' },
      );
      expect([status, stdout]).toEqual([4, expect.stringMatching(/CAP_NET_RAW/)]);
    }
  });

  it.each([
    ['a bad filter', 'udp prt 9', 'vb', 2, /"udp prt 9" on vb of namespace n1: can't parse filter/],
    ['an unknown interface', '', 'eth7', 2, /eth7 of namespace n1 with cap: .*No such device/],
  ])('refuses %s before it starts, and stops the others', async (_name, filter, name, status, message) => {
    const others = filter === '' ? [lab.target(0, 'va')] : [];
    const targets = [...others, lab.target(1, name)];
    await expect(start({ filter, targets })).rejects.toMatchObject({
      status,
      message: expect.stringMatching(message),
    });
    await expect.poll(children).toEqual([]);
  });
});
