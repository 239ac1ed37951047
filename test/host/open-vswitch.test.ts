import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readSwitches } from '../../src/host/open-vswitch.ts';

let folder = '';
let server: Server | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'netscope-ovs-'));
});
afterEach(async () => {
  await new Promise((done) => (server === undefined ? done(undefined) : server.close(done)));
  rmSync(folder, { recursive: true });
});

/** A database that answers the first request with these parts. */
async function database(...parts: readonly string[]): Promise<string> {
  const path = join(folder, 'db.sock');
  server = createServer((socket) => {
    socket.once('data', () => {
      const send = (left: readonly string[]): void => {
        const [part, ...more] = left;
        if (part === undefined) socket.end();
        else socket.write(part, () => setImmediate(send, more));
      };
      send(parts);
    });
    socket.on('error', () => {});
  });
  await new Promise<void>((done) => server?.listen(path, done));
  return path;
}

const uuid = (name: string) => ['uuid', name];
const set = (...items: readonly unknown[]) => ['set', items];

it('has bridges with their ports, VLANs and the ends of tunnels, and no secret', async () => {
  const answer = JSON.stringify({
    id: 'netscope',
    error: null,
    result: [
      { rows: [{ name: 'br0', ports: set(uuid('p1'), uuid('p2'), uuid('gone')) }] },
      {
        rows: [
          { _uuid: uuid('p1'), name: 'eth1', tag: 7, trunks: set(), interfaces: uuid('i1') },
          { _uuid: uuid('p2'), name: 'vx', tag: set(), trunks: set(5, 6), interfaces: set(uuid('i2')) },
        ],
      },
      {
        rows: [
          { _uuid: uuid('i1'), name: 'eth1', type: '', options: ['map', []] },
          {
            _uuid: uuid('i2'),
            name: 'vx',
            type: 'vxlan',
            options: [
              'map',
              [
                ['remote_ip', '192.0.2.2'],
                ['psk', 'secret'],
                ['key', '{7}'],
              ],
            ],
          },
        ],
      },
    ],
  });
  // The first part ends in a brace, too.
  const brace = answer.indexOf('}') + 1;
  const path = await database(answer.slice(0, brace), answer.slice(brace));
  expect(await readSwitches([path])).toEqual({
    bridges: [
      {
        name: 'br0',
        ports: [
          { name: 'eth1', tag: 7, interfaces: [{ name: 'eth1', type: '', options: {} }] },
          {
            name: 'vx',
            trunks: [5, 6],
            interfaces: [{ name: 'vx', type: 'vxlan', options: { remote_ip: '192.0.2.2', key: '{7}' } }],
          },
        ],
      },
    ],
    warnings: [],
  });
});

it('is a warning where it refuses, hangs up, or says what is no answer, and nothing where it is not there', async () => {
  expect(await readSwitches([join(folder, 'none')])).toEqual({ bridges: [], warnings: [] });
  for (const parts of [['{"id":"netscope","error":"no","result":null}'], [], ['x}']]) {
    const path = await database(...parts);
    const { bridges, warnings } = await readSwitches([path]);
    expect([parts, bridges]).toEqual([parts, []]);
    expect(warnings, parts.join()).toHaveLength(1);
    await new Promise((done) => server?.close(done));
    server = undefined;
  }
});
