import { readlinkSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { inspectAbilities } from '../../src/host/doctor.ts';
import { takeSnapshot } from '../../src/host/snapshot.ts';
import type { HostSnapshot } from '../../src/snapshot/schema.ts';
import { watchDescriptors } from '../descriptors.ts';
import { describeAsRoot, describeWithTools, type Lab, startLab } from './support.ts';

const nobody = 65534;
const root = resolve(import.meta.dirname, '../..');

describeAsRoot('an ordinary user', () => {
  let lab: Lab;
  let snapshot: HostSnapshot;

  beforeAll(async () => {
    lab = await startLab();
    process.setegid?.(nobody);
    process.seteuid?.(nobody);
    snapshot = await takeSnapshot();
  });
  afterAll(() => {
    process.seteuid?.(0);
    process.setegid?.(0);
    lab?.stop();
  });

  it('sees the own namespace, which takes no privilege', () => {
    const own = snapshot.namespaces.find(({ id }) => id === readlinkSync('/proc/thread-self/ns/net'));
    expect(own?.links.map(({ name }) => name)).toContain('lo');
    expect(own?.routes.length).toBeGreaterThan(0);
    expect(own?.sysctls['net.ipv4.ip_forward']).toMatch(/^[01]$/);
  });

  it('is told that there is more, and how to see it', () => {
    expect(snapshot.warnings.join('\n')).toMatch(/root/);
    expect(snapshot.namespaces.some(({ id }) => id === lab.id)).toBe(false);
  });

  it('never reads rules as absent that may not be read', () => {
    const own = snapshot.namespaces.find(({ id }) => id === readlinkSync('/proc/thread-self/ns/net'));
    expect(own?.rulesets).toEqual([expect.objectContaining({ error: expect.stringContaining('root') })]);
    expect(own?.unreadable.join('\n')).toContain('conntrack');
  });

  it('leaves no descriptor open', async () => {
    const descriptors = watchDescriptors();
    await takeSnapshot();
    await expect.poll(descriptors.left).toEqual([]);
  });

  it('is told by doctor what is missing and what to do', async () => {
    const abilities = await inspectAbilities();
    const of = (what: string) => abilities.find((ability) => ability.what === what);
    expect(of('CAP_NET_ADMIN')).toMatchObject({ ok: false, remedy: expect.stringContaining('root') });
    expect(of('CAP_SYS_ADMIN')?.ok).toBe(false);
    expect(of('koffi')?.ok).toBe(true);
    expect(of('rtnetlink')?.ok).toBe(true);
    expect(of('network namespaces')?.ok).toBe(false);
    for (const ability of abilities)
      if (!ability.ok) expect([ability.what, ability.remedy]).not.toContain('');
  });
});

describeWithTools(['unshare', 'setpriv', 'mount'], 'an ordinary user on a /proc with hidepid', () => {
  let lab: Lab;
  beforeAll(async () => {
    // Whatever the way to them may be closed to an ordinary user.
    lab = await startLab(`mkdir /run/netscope; mount --bind '${root}' /run/netscope
      touch /run/node; mount --bind '${process.execPath}' /run/node; sleep 60 &`);
  });
  afterAll(() => lab.stop());

  it.each([
    [0, /^the namespaces of \d+ processes could not be read: run netscope as root/],
    [1, /^the namespaces of \d+ processes could not be read: run netscope as root/],
    [2, /^processes of other users are hidden .*: run netscope as root/],
  ])('is told that there is more: hidepid=%i', (hidepid, told) => {
    lab.run('mount', '-o', `remount,hidepid=${hidepid}`, '/proc');
    const user = ['--reuid=65534', '--regid=65534', '--clear-groups'];
    const { warnings } = z
      .object({ warnings: z.array(z.string()) })
      .parse(lab.json('setpriv', ...user, '/run/node', '/run/netscope/dist/main.js', 'topology', '--json'));
    expect(warnings.filter((warning) => told.test(warning))).toHaveLength(1);
    expect(warnings.filter((warning) => warning.includes('as root'))).toHaveLength(1);
  });
});
