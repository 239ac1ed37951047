import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { attribute, u32 } from '../../src/host/ffi/attributes.ts';
import { functionsOf, virtualFunctions } from '../../src/host/sriov.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

const nest = (type: number, ...inner: Buffer[]) => attribute(type | 0x8000, Buffer.concat(inner));
/** The structs of linux/if_link.h: u32 numbers, the function's first. */
const words = (...values: number[]) => Buffer.concat(values.map(u32));

function message(): Buffer {
  const mac = Buffer.alloc(36);
  mac.writeUInt32LE(1, 0);
  mac.set([0x52, 0x54, 0, 1, 2, 3], 4);
  return Buffer.concat([
    Buffer.alloc(16),
    attribute(3, Buffer.from('eth0\0')),
    nest(
      22,
      nest(1, attribute(1, Buffer.alloc(36)), attribute(4, words(0, 0xffff_ffff)), attribute(5, words(0, 0))),
      nest(
        1,
        attribute(1, mac),
        attribute(2, words(1, 30, 0)),
        attribute(4, words(1, 1)),
        attribute(5, words(1, 2)),
        attribute(9, words(1, 0)),
      ),
    ),
  ]);
}

it('reads what the driver of an SR-IOV card was told of each virtual function', () => {
  const bytes = message();
  expect(virtualFunctions(bytes, 0, bytes.length)).toEqual([
    { vf: 0, mac: '00:00:00:00:00:00', link_state: 'auto' },
    { vf: 1, mac: '52:54:00:01:02:03', vlan: 30, spoofchk: true, link_state: 'disable', trust: false },
  ]);
});

it('reads a list of virtual functions that was cut off at any byte', () => {
  const bytes = message();
  for (let end = 16; end < bytes.length; end++) {
    expect(virtualFunctions(Buffer.from(bytes.subarray(0, end)), 0, end).length).toBeLessThanOrEqual(2);
  }
});

it('finds the functions of a card in sysfs, and the card of a function', () => {
  const devices = mkdtempSync(join(tmpdir(), 'netscope-pci-'));
  folders.push(devices);
  const card = join(devices, '0000:03:00.0');
  mkdirSync(card);
  writeFileSync(join(card, 'sriov_numvfs'), '12\n');
  for (const [vf, name] of [
    [0, '0000:03:10.0'],
    [2, '0000:03:10.4'],
    [11, '0000:03:11.6'],
  ] as const) {
    mkdirSync(join(devices, name));
    symlinkSync(`../${name}`, join(card, `virtfn${vf}`));
    symlinkSync('../0000:03:00.0', join(devices, name, 'physfn'));
  }
  expect(functionsOf(card)).toEqual({
    physical: undefined,
    virtual: new Map([
      [0, '0000:03:10.0'],
      [2, '0000:03:10.4'],
      [11, '0000:03:11.6'],
    ]),
  });
  expect(functionsOf(join(devices, '0000:03:11.6'))).toEqual({
    physical: '0000:03:00.0',
    virtual: new Map(),
  });
  expect(functionsOf(join(devices, 'none'))).toEqual({ physical: undefined, virtual: new Map() });
});
