import { readFileSync, readlinkSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readInRootOf } from '../../src/host/process-files.ts';
import { describeWithTools, type Lab, startLab } from './support.ts';

/** A root of its own, as a container has, with links that point out of it. */
const script = `
mkdir -p /run/root/etc /run/root/proc
echo 'nameserver 192.0.2.53' > /run/root/etc/resolv.conf
ln -s /etc/shadow /run/root/etc/hosts
ln -s ../../../../../../etc/shadow /run/root/etc/up
ln -s resolv.conf /run/root/etc/inside
ln -s /etc/resolv.conf /run/root/etc/absolute
mkfifo /run/root/etc/pipe
head -c 200000 /dev/zero > /run/root/etc/large
mount --bind /proc /run/root/proc
ln -s /proc/1/root/etc/shadow /run/root/etc/magic
cp /bin/busybox /run/root/busybox
`;

describeWithTools(['unshare', 'nsenter', 'busybox', 'chroot'], 'readInRootOf', () => {
  let lab: Lab;
  let pid: number;

  beforeAll(async () => {
    lab = await startLab(`${script}\nchroot /run/root /busybox sleep 60 &`);
    pid = Number(readFileSync(`/proc/${lab.pid}/task/${lab.pid}/children`, 'utf8').trim().split(' ')[0]);
    while (!readlinkSync(`/proc/${pid}/root`).endsWith('/run/root'))
      await new Promise((done) => setTimeout(done, 5));
  });
  afterAll(() => lab?.stop());

  const read = (path: string): string | undefined => readInRootOf(pid, path);

  it('reads a file, also through a link that stays inside', () => {
    expect(read('etc/resolv.conf')).toBe('nameserver 192.0.2.53\n');
    expect(read('etc/inside')).toBe('nameserver 192.0.2.53\n');
    expect(read('etc/absolute')).toBe('nameserver 192.0.2.53\n');
  });

  it('never follows a link out of the root', () => {
    for (const path of ['etc/hosts', 'etc/up', 'etc/magic', '../../etc/shadow'])
      expect(read(path)).toBeUndefined();
  });

  it('does not wait for a pipe, and reads 64 kB at most', () => {
    expect(read('etc/pipe')).toBeUndefined();
    expect(read('etc/large')?.length).toBe(64 * 1024);
    expect(read('etc/none')).toBeUndefined();
  });
});
