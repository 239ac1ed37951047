import type { Command } from 'commander';
import { readHost } from '../../session/read-host.ts';
import { writeWhole } from '../../session/write-whole.ts';
import { dockerHostOption } from '../options.ts';
import { Output } from '../output.ts';

export function snapshotCommand(program: Command): void {
  program
    .command('snapshot')
    .summary('host state alone, as JSON')
    .description(
      'Writes the state of this host (namespaces, links, routes, rules, connections, containers) as JSON.',
    )
    .requiredOption('-w, --write <file>', 'where to; - is standard output')
    .addOption(dockerHostOption())
    .action(snapshot);
}

async function snapshot(options: { readonly write: string; readonly dockerHost?: string }): Promise<void> {
  const state = await readHost(options);
  for (const warning of state.warnings) process.stderr.write(`netscope: ${warning}\n`);
  if (options.write !== '-') {
    writeWhole(options.write, `${JSON.stringify(state)}\n`);
    return;
  }
  const output = new Output();
  await output.json(state);
}
