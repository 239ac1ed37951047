import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { CaptureRequest, LiveCapture } from '../../src/host/capture/model.ts';
import { openCapture } from '../../src/host/capture/open.ts';
import { parse } from '../capture-file/support.ts';
import { watchDescriptors } from '../descriptors.ts';
import { finished, liveCollector, says, VethLab } from './capture-lab.ts';
import { describeWithTools } from './support.ts';

const usual = { filter: '', snaplen: 262_144, backend: 'libpcap' } as const satisfies Partial<CaptureRequest>;

describeWithTools(['ip', 'nsenter', 'tcpdump', 'tcpreplay'], 'capturing through libpcap', () => {
  let lab: VethLab;
  const open: LiveCapture[] = [];
  beforeAll(async () => {
    lab = await VethLab.create();
  });
  afterEach(async () => {
    for (const capture of open.splice(0)) await capture.stop();
  });
  afterAll(() => lab.remove());

  async function start(request: Partial<CaptureRequest> & Pick<CaptureRequest, 'targets'>, keep = true) {
    const { seen, sink } = liveCollector(keep);
    const capture = await openCapture({ ...usual, ...request }, sink);
    open.push(capture);
    return { seen, capture };
  }

  it('sees the packets that tcpdump sees, with the same filter and the same times', async () => {
    const path = join(lab.folder, 'tcpdump.pcap');
    const filter = 'udp dst port 9';
    const tcpdump = lab.start(1, 'tcpdump', '-i', 'vb', '-p', '-w', path, '--nano', '-Z', 'root', filter);
    await says(tcpdump, 'listening on');
    const { seen, capture } = await start({ targets: [lab.target(1, 'vb')], filter });
    await lab.send(0, 'va', 3000, 20_000);
    await wait(1200);
    tcpdump.kill('SIGINT');
    await finished(tcpdump);
    await capture.stop();
    const theirs = parse(readFileSync(path)).packets;
    expect(theirs).toHaveLength(1500);
    expect(seen.packets.map(({ bytes, wireLength }) => [bytes, wireLength])).toEqual(
      theirs.map(({ bytes, wireLength }) => [bytes, wireLength]),
    );
    // Each socket's copy of a packet is stamped by itself, some microseconds apart.
    const apart = seen.packets.map(({ time }, at) => {
      const packet = theirs[at];
      return packet === undefined ? 1 : Math.abs(Number(time) - packet.seconds - packet.nanoseconds / 1e9);
    });
    expect(Math.max(...apart)).toBeLessThan(0.01);
    expect(seen.interfaces).toMatchObject([{ name: 'n1/vb', linkType: 1, received: 1500, dropped: 0 }]);
  });

  it('loses nothing of 100,000 packets a second for five seconds, and leaves the event loop free', async () => {
    const before = lab.received(1, 'vb');
    const { seen, capture } = await start({ targets: [lab.target(1, 'vb')] }, false);
    let longest = 0;
    let last = performance.now();
    const timer = setInterval(() => {
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
    }, 5);
    const cpu = process.cpuUsage();
    await lab.send(0, 'va', 500_000, 100_000);
    await capture.stop();
    clearInterval(timer);
    const { user, system } = process.cpuUsage(cpu);
    console.log(
      `CPU ${((user + system) / 1e6).toFixed(2)} s, event loop late by at most ${longest.toFixed(0)} ms`,
    );
    expect(seen.packetCount).toBe(500_000);
    expect(seen.packetCount).toBe(lab.received(1, 'vb') - before);
    expect(capture.interfaces[0]).toMatchObject({ received: 500_000, dropped: 0 });
    expect(longest).toBeLessThan(500);
  }, 30_000);

  it('delivers the packets of several interfaces in the order of their times', async () => {
    const targets = [lab.target(1, 'vb'), lab.target(0, 'va'), lab.target(0, 'lo')];
    lab.run(0, 'ip', 'link', 'set', 'lo', 'up');
    const { seen, capture } = await start({ targets, firstInterfaceId: 7 });
    await lab.send(0, 'va', 20_000, 50_000);
    await capture.stop();
    expect(seen.packets).toHaveLength(40_000);
    const times = seen.packets.map(({ time }) => time);
    expect(times).toEqual([...times].sort());
    // A packet leaves va before it comes to vb.
    expect(seen.packets.slice(0, 2).map(({ interfaceId }) => interfaceId)).toEqual([8, 7]);
    expect(seen.interfaces.map(({ id, name }) => [id, name])).toEqual([
      [7, 'n1/vb'],
      [8, 'n0/va'],
      [9, 'n0/lo'],
    ]);
  });

  it('keeps as much of a packet as the snaplen says', async () => {
    const { seen, capture } = await start({ targets: [lab.target(1, 'vb')], snaplen: 60 });
    await lab.send(0, 'va', 10, 1000);
    await capture.stop();
    expect(seen.packets.map(({ bytes, wireLength }) => [bytes.length / 2, wireLength])).toEqual(
      Array.from({ length: 10 }, () => [60, 100]),
    );
  });

  it('captures on all interfaces of a namespace with the device any', async () => {
    const { seen, capture } = await start({ targets: [lab.target(1, 'any')] });
    await lab.send(0, 'va', 10, 1000);
    await capture.stop();
    expect(capture.interfaces[0]).toMatchObject({ name: 'n1/any', linkType: 276 });
    expect(seen.packets).toHaveLength(10);
  });

  it('goes on with the others when an interface disappears, and on the same when it was only down', async () => {
    lab.addPair('vc', 'vd');
    const { seen, capture } = await start({ targets: [lab.target(1, 'vd'), lab.target(1, 'vb')] });
    lab.run(1, 'ip', 'link', 'set', 'vb', 'down');
    await wait(100);
    lab.run(1, 'ip', 'link', 'set', 'vb', 'up');
    lab.run(0, 'ip', 'link', 'del', 'vc');
    await expect.poll(() => seen.ended).toEqual([[0, 'the interface disappeared']]);
    await lab.send(0, 'va', 10, 1000);
    await expect.poll(() => seen.packets.length).toBe(10);
    lab.run(0, 'ip', 'link', 'del', 'va');
    await capture.ended;
    expect(seen.ended).toHaveLength(2);
    lab.addPair('va', 'vb');
  });

  it('starts without an interface that has gone since the host was looked at', async () => {
    const gone = { ...lab.target(1, 'veth123'), index: 99 };
    const { seen } = await start({ targets: [gone, lab.target(1, 'vb')] });
    await expect.poll(() => seen.ended).toEqual([[0, 'the interface disappeared']]);
    await expect(start({ targets: [gone] })).rejects.toMatchObject({ status: 2 });
  });

  it.each([
    [
      'a bad filter',
      { filter: 'udp prt 9' },
      'vb',
      2,
      /"udp prt 9" on va of namespace n0: can't parse filter/,
    ],
    ['an unknown interface', {}, 'eth7', 2, /eth7 of namespace n1: there is no interface.*one of: .*vb/],
  ])('refuses %s before it starts', async (_name, request, name, status, message) => {
    const { seen, sink } = liveCollector();
    const targets = [lab.target(0, 'va'), lab.target(1, name)];
    await expect(openCapture({ ...usual, ...request, targets }, sink)).rejects.toMatchObject({
      status,
      message: expect.stringMatching(message),
    });
    expect(seen.interfaces).toEqual([]);
  });

  it('refuses a namespace that does not exist', async () => {
    const target = { ...lab.target(0, 'va'), namespacePath: '/run/netns/none' };
    await expect(start({ targets: [target] })).rejects.toMatchObject({ status: 2 });
  });

  it('is not promiscuous and leaves no descriptor behind', async () => {
    const descriptors = watchDescriptors();
    const { capture } = await start({ targets: [lab.target(1, 'vb'), lab.target(0, 'va')] });
    expect(lab.run(1, 'ip', '-d', 'link', 'show', 'vb')).toMatch(/promiscuity 0/);
    expect(descriptors.left()).not.toEqual([]);
    await capture.stop();
    await expect.poll(descriptors.left).toEqual([]);
  });

  it('costs next to nothing while twenty interfaces are quiet', async () => {
    for (let at = 0; at < 10; at++) lab.addPair(`qa${at}`, `qb${at}`);
    const targets = Array.from({ length: 10 }, (_, at) => [
      lab.target(0, `qa${at}`),
      lab.target(1, `qb${at}`),
    ]);
    await start({ targets: targets.flat() });
    await wait(500);
    const cpu = process.cpuUsage();
    await wait(4000);
    const { user, system } = process.cpuUsage(cpu);
    const share = (user + system) / 4e6;
    console.log(`${(share * 100).toFixed(2)} % of a core with twenty quiet interfaces`);
    expect(share).toBeLessThan(0.02);
  });
});
