/**
 * What Open vSwitch keeps in its own database and the kernel does not know: which port is on which bridge, VLAN tags, the
 * ends of tunnels. Asked by one request of JSON-RPC over its unix socket (RFC 7047, section 4.1.3).
 */
import { connect } from 'node:net';
import type { SwitchBridge } from '../snapshot/schema.ts';

/** ms to wait for the whole answer. */
const patience = 3000;
const mostBytes = 32 << 20;

const columns = {
  Bridge: ['name', 'ports'],
  Port: ['_uuid', 'name', 'tag', 'trunks', 'interfaces'],
  Interface: ['_uuid', 'name', 'type', 'options'],
} as const;

/** @throws Error with what it answered, or that it did not. */
export async function askDatabase(path: string): Promise<SwitchBridge[]> {
  return bridgesOf(await ask(path));
}

function ask(path: string): Promise<unknown> {
  const selects = Object.entries(columns).map(([table, wanted]) => ({
    op: 'select',
    table,
    where: [],
    columns: wanted,
  }));
  const request = { id: 'netscope', method: 'transact', params: ['Open_vSwitch', ...selects] };
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    const chunks: Buffer[] = [];
    let bytes = 0;
    const end = (work: () => void) => {
      clearTimeout(timer);
      socket.destroy();
      work();
    };
    const timer = setTimeout(() => end(() => reject(new Error('no answer'))), patience);
    socket.on('error', (error) => end(() => reject(error)));
    socket.on('close', () => end(() => reject(new Error('it hung up'))));
    socket.on('data', (chunk) => {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > mostBytes) return end(() => reject(new Error('its answer is too long')));
      // Nothing but the braces says where a message ends; a whole one is parsed once.
      if (chunk.at(-1) !== 0x7d) return;
      const answer = parsed(Buffer.concat(chunks).toString('utf8'));
      if (answer !== undefined) end(() => resolve(answer));
    });
    socket.write(JSON.stringify(request));
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Rows of the three tables, joined by their UUIDs. */
function bridgesOf(answer: unknown): SwitchBridge[] {
  const results = list(field(answer, 'result'));
  const [bridges, ports, interfaces] = results.map((result) => list(field(result, 'rows')));
  if (bridges === undefined || ports === undefined || interfaces === undefined)
    throw new Error(`it answered ${JSON.stringify(field(answer, 'error') ?? null).slice(0, 200)}`);
  const byUuid = (rows: readonly unknown[]) =>
    new Map(rows.map((row) => [uuidsOf(field(row, '_uuid'))[0], row]));
  const portRows = byUuid(ports);
  const interfaceRows = byUuid(interfaces);
  return bridges.map((bridge) => ({
    name: textOf(field(bridge, 'name')),
    ports: uuidsOf(field(bridge, 'ports')).flatMap((uuid) => {
      const port = portRows.get(uuid);
      const [tag] = atoms(field(port, 'tag')).filter(isNumber);
      const trunks = atoms(field(port, 'trunks')).filter(isNumber);
      return port === undefined
        ? []
        : [
            {
              name: textOf(field(port, 'name')),
              ...(tag === undefined ? {} : { tag }),
              ...(trunks.length === 0 ? {} : { trunks }),
              interfaces: uuidsOf(field(port, 'interfaces')).map((id) => interfaceOf(interfaceRows.get(id))),
            },
          ];
    }),
  }));
}

function interfaceOf(row: unknown): SwitchBridge['ports'][number]['interfaces'][number] {
  const options = list(list(field(row, 'options'))[1]);
  return {
    name: textOf(field(row, 'name')),
    type: textOf(field(row, 'type')),
    options: Object.fromEntries(
      // A pre-shared key of an IPsec tunnel is nobody's business.
      options.flatMap((pair) => (list(pair)[0] === 'psk' ? [] : [list(pair).map(textOf).slice(0, 2)])),
    ),
  };
}

/** A set is `["set", [...]]`; one of a single element may be the element itself (RFC 7047, section 5.1). */
function atoms(value: unknown): readonly unknown[] {
  return Array.isArray(value) && value[0] === 'set' ? list(value[1]) : [value];
}

function uuidsOf(value: unknown): readonly string[] {
  return atoms(value).flatMap((atom) => {
    const [kind, uuid] = list(atom);
    return kind === 'uuid' && typeof uuid === 'string' ? [uuid] : [];
  });
}

const isNumber = (value: unknown): value is number => typeof value === 'number';

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
