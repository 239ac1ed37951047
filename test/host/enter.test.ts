import { execFileSync, spawn } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { inNamespace, ownNamespacePath } from '../../src/host/namespaces/enter.ts';
import { watchDescriptors } from '../descriptors.ts';
import { describeAsRoot } from './support.ts';

describeAsRoot('inNamespace', () => {
  const holder = spawn('unshare', ['-n', 'sleep', '60'], { stdio: 'ignore' });
  let path = '';

  beforeAll(async () => {
    path = `/proc/${holder.pid}/ns/net`;
    while (readlinkSync(path) === readlinkSync(ownNamespacePath))
      await new Promise((done) => setTimeout(done, 5));
  });
  afterAll(() => holder.kill('SIGKILL'));

  it('runs the work in that namespace and returns what it returns', () => {
    const inside = inNamespace(path, () => ({
      id: readlinkSync(ownNamespacePath),
      devices: readFileSync('/proc/thread-self/net/dev', 'utf8'),
    }));
    expect(inside.id).toBe(readlinkSync(path));
    expect(inside.devices.match(/^\s*(\S+):/gm)).toEqual([expect.stringContaining('lo:')]);
  });

  it('leaves the thread in its own namespace', () => {
    const before = readlinkSync(ownNamespacePath);
    inNamespace(path, () => undefined);
    expect(readlinkSync(ownNamespacePath)).toBe(before);
    expect(Object.keys(networkInterfaces())).toContain('lo');
  });

  it('leaves the thread in its own namespace when the work throws', () => {
    const before = readlinkSync(ownNamespacePath);
    expect(() =>
      inNamespace(path, () => {
        throw new Error('from inside');
      }),
    ).toThrow('from inside');
    expect(readlinkSync(ownNamespacePath)).toBe(before);
  });

  it('nests', () => {
    const own = readlinkSync(ownNamespacePath);
    const seen = inNamespace(path, () => {
      const inner = inNamespace(`/proc/${process.ppid}/ns/net`, () => readlinkSync(ownNamespacePath));
      return [inner, readlinkSync(ownNamespacePath)];
    });
    expect(seen).toEqual([readlinkSync(`/proc/${process.ppid}/ns/net`), readlinkSync(path)]);
    expect(readlinkSync(ownNamespacePath)).toBe(own);
  });

  it('says what the kernel refused, and stays where it is', () => {
    const before = readlinkSync(ownNamespacePath);
    expect(() => inNamespace('/proc/self/ns/uts', () => 1)).toThrow(
      expect.objectContaining({ code: 'EINVAL' }),
    );
    expect(() => inNamespace('/run/netns/no-such-name', () => 1)).toThrow(
      expect.objectContaining({ code: 'ENOENT' }),
    );
    expect(readlinkSync(ownNamespacePath)).toBe(before);
  });

  it('keeps no descriptor', async () => {
    const descriptors = watchDescriptors();
    for (let round = 0; round < 50; round++) inNamespace(path, () => undefined);
    await expect.poll(descriptors.left).toEqual([]);
  });

  it('keeps the namespace of programs that are started afterwards', () => {
    inNamespace(path, () => undefined);
    const child = execFileSync('readlink', ['/proc/self/ns/net'], { encoding: 'utf8' }).trim();
    expect(child).toBe(readlinkSync(ownNamespacePath));
  });
});
