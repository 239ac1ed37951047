/** Names that a user may type, for completion: quickly, and as far as this user can see them. */
import { readdirSync } from 'node:fs';
import { z } from 'zod';
import { engineSockets } from './engines/addresses.ts';
import { getJson } from './engines/http.ts';

/** Interfaces of the network namespace that netscope runs in. */
export function interfaceNames(): readonly string[] {
  try {
    return readdirSync('/sys/class/net').filter(isPlain).sort();
  } catch {
    return [];
  }
}

const listed = z.array(z.object({ Names: z.array(z.string()).nullish() }));

/** Running containers of the engines that answer. Whoever does not answer has none. */
export async function containerNames(): Promise<readonly string[]> {
  const lists = await Promise.all(
    engineSockets(undefined).addresses.map(async (address) => {
      try {
        return listed.parse(await getJson(address, '/containers/json'));
      } catch {
        return [];
      }
    }),
  );
  const names = lists.flat().map(({ Names }) => (Names?.[0] ?? '').replace(/^\//, ''));
  return [...new Set(names.filter(isPlain))].sort();
}

/** Shells split and expand what they are given: other names are left to be typed. */
function isPlain(name: string): boolean {
  return /^[\w.@-]+$/.test(name);
}
