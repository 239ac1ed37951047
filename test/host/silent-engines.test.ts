import { describe, expect, it } from 'vitest';
import { parseConmon } from '../../src/host/engines/conmon.ts';
import { parsePodmanNetwork } from '../../src/host/engines/podman.ts';
import { machineName } from '../../src/host/namespaces/machines.ts';

const line = (...args: readonly string[]) => `${args.join('\0')}\0`;

const id = 'ab12'.repeat(16);

describe('parseConmon', () => {
  it("reads Podman's, whose cleanup has options of the same names", () => {
    const cleanup = [
      '--exit-command',
      '/usr/bin/podman',
      '--exit-command-arg',
      '-n',
      '--exit-command-arg',
      'x',
    ];
    const args = ['--api-version', '1', '-c', id, '-u', id, '-b', '/run/b/userdata', '-n', 'web'];
    expect(parseConmon(line('/usr/bin/conmon', ...cleanup, ...args))).toEqual({
      engine: 'podman',
      id,
      name: 'web',
      bundle: '/run/b/userdata',
    });
  });

  it.each([
    ['another program', line('/usr/bin/podman', '-c', id)],
    ['a conmon that says only its version', line('conmon', '--version')],
    ['nothing', ''],
  ])('says nothing of %s', (_, text) => {
    expect(parseConmon(text)).toBeUndefined();
  });
});

describe('machineName', () => {
  it.each([
    [['-name', 'guest=shop-web,debug-threads=on'], 'shop-web'],
    [['-S', '-name', 'plain'], 'plain'],
    [['-name', 'guest=a,,b,process=x'], 'a,b'],
    [['-name', 'debug-threads=on'], undefined],
    [['-name'], undefined],
    [['-m', '64'], undefined],
  ])('%j', (args, name) => {
    expect(machineName(line('/usr/bin/qemu-system-x86_64', ...args))).toBe(name);
  });

  it('is of QEMU only', () => {
    expect(machineName(line('/usr/sbin/openvpn', '-name', 'guest=x'))).toBeUndefined();
    expect(machineName(line('kvm', '-name', 'guest=x'))).toBe('x');
  });
});

it('a file of a Podman network that is none is refused', () => {
  expect(() => parsePodmanNetwork('{"name": 1}')).toThrow();
  expect(() => parsePodmanNetwork('')).toThrow();
});
