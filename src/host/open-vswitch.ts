/** Open vSwitch's own database, where there is one. */
import { existsSync } from 'node:fs';
import type { SwitchBridge } from '../snapshot/schema.ts';
import { messageOf } from '../util/errors.ts';

export interface SwitchReading {
  readonly bridges: SwitchBridge[];
  readonly warnings: readonly string[];
}

const sockets = ['/run/openvswitch/db.sock', '/proc/1/root/run/openvswitch/db.sock'];

/** Without a database there are no bridges; one that does not answer is a warning. */
export async function readSwitches(paths: readonly string[] = sockets): Promise<SwitchReading> {
  const path = paths.find((candidate) => existsSync(candidate));
  if (path === undefined) return { bridges: [], warnings: [] };
  try {
    const { askDatabase } = await import('./open-vswitch-database.ts');
    return { bridges: await askDatabase(path), warnings: [] };
  } catch (error) {
    return { bridges: [], warnings: [`Open vSwitch's database at ${path}: ${messageOf(error)}`] };
  }
}
