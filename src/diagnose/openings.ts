/** The first words of a client, for services that wait for them: enough to be refused, not to do anything. */
import type { Service } from './evidence.ts';

/** StartupMessage, protocol 3.0: length (4), version (4), pairs of strings, an empty string. */
function postgresStartup(): Uint8Array {
  const pairs = Buffer.from('user\0netscope\0database\0postgres\0\0', 'utf8');
  const head = Buffer.alloc(8);
  head.writeUInt32BE(8 + pairs.length, 0);
  head.writeUInt32BE(0x00030000, 4);
  return Buffer.concat([head, pairs]);
}

const servers: readonly {
  readonly names: RegExp;
  readonly port: number;
  readonly words: () => Uint8Array;
}[] = [
  { names: /^(redis|valkey|keydb)/, port: 6379, words: () => Buffer.from('PING\r\n') },
  { names: /^postgres/, port: 5432, words: postgresStartup },
];

/** By the process that listens, else by the well-known port; null for services that netscope cannot talk to. */
export function openingFor(service: Service | null, port: number): Uint8Array | null {
  const command = service?.listener?.processes[0]?.command;
  const found = servers.find((one) => (command === undefined ? one.port === port : one.names.test(command)));
  return found?.words() ?? null;
}
